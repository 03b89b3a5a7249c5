//! Headers and problem bodies of every kind of answer.

use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::common::{Answer, TestServer};

const GUARDS: [&str; 6] = [
    "content-security-policy",
    "x-content-type-options",
    "referrer-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
];

fn assert_guarded(answer: &Answer, what: &str) {
    for guard in GUARDS {
        assert!(!answer.header(guard).is_empty(), "{what} lacks {guard}");
    }
    let policy = answer.header("content-security-policy");
    assert!(
        policy.starts_with("default-src 'none'") && !policy.contains("unsafe"),
        "{policy}"
    );
    for directive in ["object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
        assert!(policy.contains(directive), "{policy}");
    }
    assert_eq!(answer.header("x-request-id").len(), 32, "{what}");
}

async fn document(server: &TestServer) -> Value {
    server.get("/api/v1/openapi.json").send().await.json()
}

fn method(name: &str) -> Method {
    name.to_uppercase().parse().unwrap()
}

/// Every route of the document, with its parameters filled in.
fn routes(document: &Value) -> Vec<(Method, String)> {
    let id = "00000000-0000-7000-8000-000000000000";
    let fill = |path: &str| {
        path.replace("{id}", id)
            .replace("{userId}", id)
            .replace("{code}", "code")
    };
    let paths = document["paths"].as_object().unwrap().iter();
    paths
        .flat_map(|(path, operations)| {
            let methods = operations.as_object().unwrap().keys();
            methods.map(move |name| (method(name), fill(path)))
        })
        .collect()
}

#[tokio::test]
async fn every_route_guards_its_answers_and_gives_problems_to_strangers() {
    let server = TestServer::start().await;
    let document = document(&server).await;
    let routes = routes(&document);

    for (method, path) in &routes {
        let answer = server.call(method.clone(), path).json(&json!({})).send().await;
        assert_guarded(&answer, path);
        if !answer.status.is_success() {
            assert_eq!(
                answer.header("content-type"),
                "application/problem+json",
                "{method} {path}"
            );
            let problem = answer.json();
            assert_eq!(problem["status"], answer.status.as_u16(), "{method} {path}");
            assert_eq!(problem["requestId"], answer.header("x-request-id"), "{method} {path}");
        }
        assert!(!answer.status.is_server_error(), "{method} {path}: {}", answer.text());
    }
    assert!(routes.len() >= 30, "{}", routes.len());
}

#[tokio::test]
async fn routes_that_need_a_token_say_so_in_the_document_and_in_fact() {
    let server = TestServer::start().await;
    let document = document(&server).await;

    for (method, path) in routes(&document) {
        let template = path.replace("/code", "/{code}");
        let template = document["paths"].as_object().unwrap().keys().find(|key| {
            let same = |(a, b): (&str, &str)| a == b || a.starts_with('{');
            key.split('/').count() == template.split('/').count() && key.split('/').zip(template.split('/')).all(same)
        });
        let operation = &document["paths"][template.unwrap()][method.as_str().to_lowercase()];
        let is_open = operation["security"] == json!([{}]) || path.ends_with("/auth/logout");
        let answer = server.call(method.clone(), &path).json(&json!({})).send().await;

        let refused = answer.status == StatusCode::UNAUTHORIZED;
        assert!(
            is_open || refused,
            "{method} {path} answers strangers with {}",
            answer.status
        );
    }
    assert_eq!(
        document["openapi"]
            .as_str()
            .unwrap()
            .split('.')
            .take(2)
            .collect::<Vec<_>>(),
        ["3", "1"]
    );
}

/// A guarded problem with this status that tells nothing of the server's insides.
fn assert_problem(answer: &Answer, status: u16) {
    assert_eq!(answer.status.as_u16(), status, "{}", answer.text());
    assert_guarded(answer, &status.to_string());
    assert_eq!(answer.header("content-type"), "application/problem+json", "{status}");
    let text = answer.text().to_lowercase();
    let insides = ["sqlite", "panicked", "src/", "hearth-server", "axum"];
    assert!(!insides.iter().any(|word| text.contains(word)), "{text}");
    assert_eq!(answer.header("server"), "");
}

const LOG_IN: &str = "/api/v1/auth/login";

#[tokio::test]
async fn what_names_no_route_or_no_person_is_a_guarded_problem() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let answers = [
        (404, server.get("/api/v1/nothing")),
        (404, server.get("/api/v1/users/not-an-id").bearer(&ada.access)),
        (404, server.get("/assets/missing.js")),
        (405, server.call(Method::PUT, LOG_IN)),
        (405, server.call(Method::TRACE, LOG_IN)),
        (405, server.call(Method::TRACE, "/")),
        (405, server.call(Method::POST, "/")),
        (400, server.get("/api/v1/users?limit=x").bearer(&ada.access)),
        (401, server.get("/api/v1/users/me").bearer("nonsense")),
        (
            401,
            server.get("/api/v1/users/me").header("authorization", "Basic YTpi"),
        ),
    ];

    for (status, call) in answers {
        assert_problem(&call.send().await, status);
    }
}

#[tokio::test]
async fn bodies_that_are_not_what_a_route_takes_are_guarded_problems() {
    let server = TestServer::start().await;
    let raw = |kind: &str, body: &'static str| {
        let call = server.call(Method::POST, LOG_IN).header("content-type", kind);
        call.body(body)
    };
    let long = json!({"login": "x".repeat(70_000), "password": ""});
    let answers = [
        (400, raw("application/json", "{")),
        (400, raw("application/json", "[1]")),
        (415, raw("text/plain", "{}")),
        (422, server.post(LOG_IN, &json!({"login": "ada"}))),
        (415, server.post(LOG_IN, &json!({})).header("content-encoding", "gzip")),
        (413, server.post(LOG_IN, &long)),
    ];

    for (status, call) in answers {
        assert_problem(&call.send().await, status);
    }
}

#[tokio::test]
async fn a_deeply_nested_body_is_refused_and_the_server_lives() {
    let server = TestServer::start().await;
    let nested = format!("{{\"login\":{}", "[".repeat(30_000));

    let call = server
        .call(Method::POST, "/api/v1/auth/login")
        .header("content-type", "application/json");
    let refused = call.body(nested).send().await;

    assert_eq!(refused.status, StatusCode::BAD_REQUEST);
    assert_eq!(server.get("/healthz").send().await.status, StatusCode::OK);
}

#[tokio::test]
async fn reading_changes_nothing_and_tokens_in_the_address_are_no_proof() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;

    let in_query = server
        .get(&format!("/api/v1/users/me?access_token={}", ada.access))
        .send()
        .await;
    let in_cookie = server
        .get("/api/v1/users/me")
        .header("cookie", &format!("__Host-hearth_refresh={}", ada.refresh));
    let in_cookie = in_cookie.send().await;

    assert_eq!(in_query.status, StatusCode::UNAUTHORIZED);
    assert_eq!(in_cookie.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn only_listed_origins_may_read_answers_from_their_pages() {
    let server = TestServer::start_with(|config| {
        config.http.allowed_origins = ["https://app.example.org".to_owned()].into();
    })
    .await;
    let preflight = async |origin: &str| {
        let call = server
            .call(Method::OPTIONS, "/api/v1/auth/login")
            .header("origin", origin);
        call.header("access-control-request-method", "POST").send().await
    };

    let listed = preflight("https://app.example.org").await;
    let foreign = [
        "https://evil.example",
        "null",
        "http://app.example.org",
        "https://app.example.org.evil.example",
    ];

    assert_eq!(listed.status, StatusCode::NO_CONTENT);
    assert_eq!(listed.header("access-control-allow-origin"), "https://app.example.org");
    for origin in foreign {
        assert_eq!(
            preflight(origin).await.header("access-control-allow-origin"),
            "",
            "{origin}"
        );
    }
}

#[tokio::test]
async fn sockets_of_both_transports_are_opened_for_known_origins_only() {
    let server = TestServer::start().await;
    let own = format!("http://{}", server.running.address);
    let open = async |transport: &str, origin: &str| {
        let path = format!("/socket.io/?EIO=4&transport={transport}");
        let call = server.get(&path).header("origin", origin);
        let call = call.header("upgrade", "websocket").header("connection", "upgrade");
        let call = call
            .header("sec-websocket-version", "13")
            .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
        call.send_head().await
    };
    let foreign = [
        "https://evil.example",
        "null",
        "http://127.0.0.1.evil.example",
        "https://localhost:1",
        "file://",
    ];

    for origin in foreign {
        assert!(open("polling", origin).await.is_client_error(), "{origin}");
        assert!(open("websocket", origin).await.is_client_error(), "{origin}");
    }
    assert_eq!(open("polling", &own).await, StatusCode::OK);
    assert_eq!(open("websocket", &own).await, StatusCode::SWITCHING_PROTOCOLS);
}

#[tokio::test]
async fn https_sites_tell_browsers_to_stay_with_it() {
    let server =
        TestServer::start_with(|config| config.site.public_url = Some("https://chat.example.org".to_owned())).await;

    let answer = server.get("/healthz").send().await;
    let registered = server.post("/api/v1/auth/register", &crate::common::registration("ada"));
    let registered = registered.header("host", "chat.example.org").send().await;

    assert!(answer.header("strict-transport-security").starts_with("max-age="));
    assert!(registered.cookie("__Host-hearth_refresh").is_some());
    assert!(
        server
            .running
            .setup_link
            .as_deref()
            .unwrap()
            .starts_with("https://chat.example.org/setup#token=")
    );
}

//! Clients that are slow, malformed or many.

use crate::common::{TestServer, exchange};

#[tokio::test]
async fn requests_that_two_servers_could_read_differently_are_refused_or_end_the_connection() {
    let server = TestServer::start().await;
    let smuggled = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    let malformed = [
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello".to_owned(),
        "GET / HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nhello".to_owned(),
        "GET / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: x\r\nX-A: b\r\n folded\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost : x\r\n\r\n".to_owned(),
        "GET /\0 HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        "nonsense\r\n\r\n".to_owned(),
    ];
    let both = format!(
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{smuggled}",
        5 + smuggled.len()
    );

    for request in malformed {
        let answer = exchange(&server, request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{request:?}: {answer}");
    }
    let answer = exchange(&server, both.as_bytes()).await;
    assert_eq!(
        answer.matches("HTTP/1.1").count(),
        1,
        "what follows is not read as a request: {answer}"
    );
}

#[tokio::test]
async fn heads_that_are_too_long_or_too_many_are_refused() {
    let server = TestServer::start().await;
    let long = format!("GET / HTTP/1.1\r\nHost: x\r\nX-A: {}\r\n\r\n", "a".repeat(100_000));
    let lines: String = (0..200).map(|index| format!("X-{index}: a\r\n")).collect();
    let many = format!("GET / HTTP/1.1\r\nHost: x\r\n{lines}\r\n");

    assert!(exchange(&server, long.as_bytes()).await.starts_with("HTTP/1.1 431"));
    assert!(exchange(&server, many.as_bytes()).await.starts_with("HTTP/1.1 431"));
}

#[tokio::test]
async fn a_head_that_never_ends_is_cut_after_ten_seconds() {
    let server = TestServer::start().await;

    let answer = exchange(&server, b"GET / HTTP/1.1\r\nHost: x\r\n").await;

    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
}

#[tokio::test]
async fn a_body_that_never_ends_is_cut_when_its_time_is_over() {
    let server = TestServer::start_with(|config| config.http.request_timeout_seconds = 1).await;
    let head =
        "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";

    let answer = exchange(&server, head.as_bytes()).await;

    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(answer.contains("\"code\":\"unavailable\""), "{answer}");
}

#[tokio::test]
async fn a_body_larger_than_it_says_or_may_be_is_refused() {
    let server = TestServer::start().await;
    let head = "POST /api/v1/auth/login HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    let declared = format!("{head}Content-Length: 200000000\r\n\r\n");
    let chunk = format!("4000\r\n{}\r\n", "a".repeat(0x4000));
    let streamed = format!(
        "{head}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{}0\r\n\r\n",
        chunk.repeat(5)
    );

    let declared = exchange(&server, declared.as_bytes()).await;
    let streamed = exchange(&server, streamed.as_bytes()).await;

    assert!(declared.starts_with("HTTP/1.1 413"), "{declared}");
    assert!(streamed.starts_with("HTTP/1.1 413"), "{streamed}");
}

#[tokio::test]
async fn words_of_databases_and_shells_in_any_parameter_break_nothing() {
    let server = TestServer::start().await;
    let ada = server.register("ada").await;
    let words = [
        "'",
        "\"",
        "';--",
        "' or '1'='1",
        "\\",
        "%",
        "_",
        "*",
        "NEAR(",
        "\" OR 1=1 --",
        "$1",
        "?1",
        "${7*7}",
        "{{7*7}}",
        "`id`",
        "|id",
        "\r\nSet-Cookie: a=b",
        "../../etc/passwd",
        "\u{0}",
        "\u{202e}",
        "😀",
        "NULL",
        "true",
        "1e309",
        "-0",
    ];

    for word in words {
        let encoded: String = word.bytes().map(|byte| format!("%{byte:02x}")).collect();
        for path in [
            "users?search=",
            "users?cursor=",
            "users/me/sessions?cursor=",
            "users/",
            "rooms/",
            "invites/",
        ] {
            let answer = server
                .get(&format!("/api/v1/{path}{encoded}"))
                .bearer(&ada.access)
                .send()
                .await;
            assert!(!answer.status.is_server_error(), "{path}{word:?}: {}", answer.text());
            assert_eq!(answer.header("set-cookie"), "");
        }
        let answer = server.log_in(word, word).await;
        assert!(!answer.status.is_server_error(), "{word:?}: {}", answer.text());
    }
}

//! Bans and site roles, and the log that remembers them.

use hearth_server::admin::audit::{Verdict, verify};
use http::{Method, StatusCode};
use serde_json::json;

use crate::common::{PASSWORD, Person, Polling, TestServer};

async fn put(server: &TestServer, by: &Person, path: &str) -> StatusCode {
    server.call(Method::PUT, path).bearer(&by.access).send().await.status
}

fn ban(person: &Person) -> String {
    format!("/api/v1/users/{}/ban", person.id)
}

async fn give_role(server: &TestServer, by: &Person, to: &Person, role: &str) -> StatusCode {
    let path = format!("/api/v1/users/{}/role", to.id);
    server
        .call(Method::PUT, &path)
        .bearer(&by.access)
        .json(&json!({"role": role}))
        .send()
        .await
        .status
}

#[tokio::test]
async fn a_ban_ends_every_session_cuts_sockets_and_keeps_out_until_lifted() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let eve = server.register("eve").await;
    let (socket, _) = Polling::connect(&server, &eve.access).await;

    let banned = put(&server, &owner, &ban(&eve)).await;
    let goodbye = socket.read_to_end().await;
    let request = server.me(&eve.access).await;
    let refresh = server.refresh(&eve.refresh).await.status;
    let login = server.log_in("eve", PASSWORD).await.status;
    let guess = server.log_in("eve", "a guess").await.status;
    let lifted = server
        .call(Method::DELETE, &ban(&eve))
        .bearer(&owner.access)
        .send()
        .await
        .status;
    let back = server.log_in("eve", PASSWORD).await.status;

    assert_eq!(banned, StatusCode::NO_CONTENT);
    assert!(goodbye.contains("banned"), "{goodbye}");
    assert_eq!((request, refresh), (StatusCode::UNAUTHORIZED, StatusCode::UNAUTHORIZED));
    assert_eq!(login, StatusCode::FORBIDDEN);
    assert_eq!(
        guess,
        StatusCode::UNAUTHORIZED,
        "only who knows the password learns of the ban"
    );
    assert_eq!((lifted, back), (StatusCode::NO_CONTENT, StatusCode::OK));
}

#[tokio::test]
async fn bans_and_roles_reach_only_those_below() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let [admin, other_admin, moderator, member] = [
        server.register("anna").await,
        server.register("otto").await,
        server.register("mona").await,
        server.register("mike").await,
    ];
    for (person, role) in [(&admin, "admin"), (&other_admin, "admin"), (&moderator, "moderator")] {
        assert_eq!(give_role(&server, &owner, person, role).await, StatusCode::NO_CONTENT);
    }

    assert_eq!(put(&server, &member, &ban(&moderator)).await, StatusCode::FORBIDDEN);
    assert_eq!(put(&server, &moderator, &ban(&member)).await, StatusCode::FORBIDDEN);
    assert_eq!(put(&server, &admin, &ban(&other_admin)).await, StatusCode::FORBIDDEN);
    assert_eq!(put(&server, &admin, &ban(&owner)).await, StatusCode::FORBIDDEN);
    assert_eq!(put(&server, &owner, &ban(&owner)).await, StatusCode::FORBIDDEN);
    assert_eq!(
        give_role(&server, &admin, &member, "moderator").await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        give_role(&server, &owner, &member, "owner").await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        give_role(&server, &owner, &owner, "member").await,
        StatusCode::FORBIDDEN
    );
    assert_eq!(put(&server, &admin, &ban(&member)).await, StatusCode::NO_CONTENT);
    assert_eq!(
        put(
            &server,
            &owner,
            "/api/v1/users/00000000-0000-7000-8000-000000000000/ban"
        )
        .await,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn a_new_role_holds_at_once_and_old_sockets_are_cut() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let anna = server.register("anna").await;
    let (socket, _) = Polling::connect(&server, &anna.access).await;

    give_role(&server, &owner, &anna, "admin").await;
    let goodbye = socket.read_to_end().await;
    let me = server.get("/api/v1/users/me").bearer(&anna.access).send().await.json();
    let renamed = server
        .call(Method::PATCH, "/api/v1/site")
        .bearer(&anna.access)
        .json(&json!({"name": "Anna's"}));
    let renamed = renamed.send().await.status;
    give_role(&server, &owner, &anna, "member").await;
    let refused = server
        .call(Method::PATCH, "/api/v1/site")
        .bearer(&anna.access)
        .json(&json!({"name": "Mine"}));
    let refused = refused.send().await.status;

    assert!(goodbye.contains("token_expired"), "{goodbye}");
    assert_eq!(me["role"], "admin");
    assert_eq!((renamed, refused), (StatusCode::OK, StatusCode::FORBIDDEN));
}

#[tokio::test]
async fn the_audit_log_tells_who_did_what_and_shows_when_somebody_changed_it() {
    let server = TestServer::start().await;
    let owner = server.owner().await;
    let eve = server.register("eve").await;
    put(&server, &owner, &ban(&eve)).await;
    let before = verify(server.app()).await.unwrap();

    let mut actions = Vec::new();
    let server = server
        .restart_after(|database| {
            let mut rows = database.prepare("select action from audit_log order by id").unwrap();
            let found = rows.query_map([], |row| row.get::<_, String>(0)).unwrap();
            actions = found.map(Result::unwrap).collect();
            assert!(database.execute("delete from audit_log", []).is_err(), "rows stay");
            assert!(
                database.execute("update audit_log set detail = '{}'", []).is_err(),
                "and so do their words"
            );
            database.execute_batch("drop trigger audit_log_keeps_words").unwrap();
            let forged = "update audit_log set detail = '{}' where action = 'user.banned'";
            assert_eq!(database.execute(forged, []).unwrap(), 1);
        })
        .await;
    let after = verify(server.app()).await.unwrap();

    assert_eq!(
        actions,
        ["account.created", "account.created", "user.banned", "session.all_ended"]
    );
    assert_eq!(before, Verdict::Whole(4));
    assert_eq!(after, Verdict::Broken(3));
}

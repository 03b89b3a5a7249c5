//! Makes `web/src/protocol/generated.ts` from the Rust types and fails when the committed file differs.
//!
//! `UPDATE_GENERATED=1 cargo test -p hearth-protocol --test typescript` (or `make generate`) writes it.
#![allow(clippy::unwrap_used)]
#![expect(clippy::too_many_lines, reason = "a list of types")]

use std::path::PathBuf;

use hearth_protocol as p;
use p::rest as r;
use ts_rs::{Config, TS};

/// One exported declaration.
fn decl<T: TS>() -> String {
    format!("export {}\n", T::decl(&Config::default()))
}

fn generated() -> String {
    let mut out = String::from("// Made from crates/protocol by `make generate`. Do not edit.\n\n");
    let decls = [
        vec![
            decl::<p::UserId>(),
            decl::<p::RoomId>(),
            decl::<p::MessageId>(),
            decl::<p::SessionId>(),
        ],
        vec![
            decl::<p::StreamId>(),
            decl::<p::Seq>(),
            decl::<p::UnixMs>(),
            decl::<p::ClientMessageId>(),
        ],
        vec![
            decl::<p::ErrorCode>(),
            decl::<p::Refusal>(),
            decl::<p::RefusedAck>(),
            decl::<p::ErrorEvent>(),
        ],
        vec![decl::<p::GoodbyeCode>(), decl::<p::Goodbye>()],
        vec![
            decl::<p::UserRef>(),
            decl::<p::SiteRole>(),
            decl::<p::Me>(),
            decl::<p::Presence>(),
            decl::<p::LoginSession>(),
        ],
        vec![
            decl::<p::RoomType>(),
            decl::<p::Encryption>(),
            decl::<p::RoomRole>(),
            decl::<p::Room>(),
            decl::<p::Member>(),
        ],
        vec![
            decl::<p::RoomSummary>(),
            decl::<p::RoomSnapshot>(),
            decl::<p::UserSnapshot>(),
        ],
        vec![
            decl::<p::MessageType>(),
            decl::<p::Message>(),
            decl::<p::MessageSaved>(),
        ],
        vec![
            decl::<p::RoomChanged>(),
            decl::<p::MemberChanged>(),
            decl::<p::MemberLeft>(),
            decl::<p::RoomEvent>(),
        ],
        vec![
            decl::<p::RoomAdded>(),
            decl::<p::RoomRemoved>(),
            decl::<p::ReadCursorMoved>(),
            decl::<p::ProfileUpdated>(),
        ],
        vec![decl::<p::UserEvent>(), decl::<p::Signal>()],
        vec![
            decl::<p::RoomTarget>(),
            decl::<p::SendMessage>(),
            decl::<p::MarkRead>(),
            decl::<p::ReadCursor>(),
        ],
        vec![decl::<p::RefreshToken>(), decl::<p::TokenRefreshed>()],
        vec![
            decl::<p::Sync>(),
            decl::<p::SyncResult>(),
            decl::<p::StreamPage>(),
            decl::<p::StreamEvent>(),
        ],
        vec![
            decl::<r::Problem>(),
            decl::<r::Signup>(),
            decl::<r::Site>(),
            decl::<r::UpdateSite>(),
            decl::<r::Setup>(),
        ],
        vec![
            decl::<r::Register>(),
            decl::<r::Login>(),
            decl::<r::RefreshRequest>(),
            decl::<r::Tokens>(),
        ],
        vec![
            decl::<r::UpdateMe>(),
            decl::<r::ChangePassword>(),
            decl::<r::SetSiteRole>(),
        ],
        vec![
            decl::<r::CreateRoom>(),
            decl::<r::RoomDetails>(),
            decl::<r::UpdateRoom>(),
            decl::<r::AddMember>(),
        ],
        vec![
            decl::<r::SetRoomRole>(),
            decl::<r::CreateInvite>(),
            decl::<r::Invite>(),
            decl::<r::InvitePreview>(),
        ],
        vec![
            decl::<r::PostMessage>(),
            decl::<r::ReadUpTo>(),
            decl::<r::MessagePage>(),
            decl::<r::Page<()>>(),
        ],
    ];
    out.push_str(&decls.concat().join("\n"));
    out
}

#[test]
fn the_typescript_types_are_those_of_the_rust_types() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../web/src/protocol/generated.ts");
    let wanted = generated();
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::write(&path, &wanted).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == wanted,
        "web/src/protocol/generated.ts is stale: run `make generate`"
    );
}

-- Why: everything the backbone needs: accounts, login sessions, rooms, their streams and messages.
-- Locks: runs on an empty database.
--
-- Conventions: ids are the 16 bytes of a UUIDv7; *_at is Unix milliseconds; booleans are 0 or 1.

create table users (
    id blob not null primary key,
    username text not null,
    username_key text not null unique,      -- what uniqueness is by: case-folded, look-alikes merged
    display_name text not null,
    avatar text,
    email text not null,
    email_key text not null,                -- lower case; not unique until addresses are verified
    password_hash text not null,            -- PHC string
    role text not null,                     -- owner, admin, moderator, member
    banned_at integer,
    last_seen_at integer,
    created_at integer not null
) strict, without rowid;

create index users_by_email on users (email_key);
create unique index users_one_owner on users (role) where role = 'owner';

create table devices (
    id blob not null primary key,
    user_id blob not null references users (id),
    name text not null,
    created_at integer not null
) strict, without rowid;

create table sessions (
    id blob not null primary key,
    user_id blob not null references users (id),
    device_id blob references devices (id),
    device text not null,                   -- browser and system in words
    created_at integer not null,
    last_used_at integer not null,
    ended_at integer
) strict, without rowid;

create index sessions_by_user on sessions (user_id, id);

create table refresh_tokens (
    hash blob not null primary key,         -- SHA-256 of the token
    session_id blob not null references sessions (id),
    created_at integer not null,
    expires_at integer not null,
    spent_at integer,
    spent_by blob,                          -- SHA-256 of the Idempotency-Key of the refresh that spent it
    successor_hash blob
) strict, without rowid;

create index refresh_tokens_by_session on refresh_tokens (session_id);

create table site (
    key text not null primary key,
    value text not null
) strict, without rowid;

create table login_attempts (
    key text not null,                      -- hashed login name or address, with its kind
    attempted_at integer not null,
    id blob not null,
    primary key (key, attempted_at, id)
) strict, without rowid;

create table audit_log (
    id integer not null primary key,
    created_at integer not null,
    actor_id blob,
    action text not null,
    detail text not null,                   -- JSON
    hash blob not null                      -- SHA-256 of the previous row's hash and this row
) strict;

create table streams (
    id blob not null primary key,           -- id of the room or of the user
    head_seq integer not null,
    last_number integer not null            -- number of the latest message; 0 for users
) strict, without rowid;

create table events (
    stream_id blob not null,
    seq integer not null,
    kind text not null,
    body text,                              -- JSON payload; null where another table holds it (messages)
    created_at integer not null,
    primary key (stream_id, seq)
) strict, without rowid;

create table rooms (
    id blob not null primary key,
    kind text not null,                     -- group, direct
    name text not null,
    topic text not null,
    encryption text not null,               -- none, mls1; one-way
    direct_key blob unique,                 -- both user ids in order; null for groups
    created_by blob not null references users (id),
    created_at integer not null
) strict, without rowid;

create table memberships (
    room_id blob not null references rooms (id),
    user_id blob not null references users (id),
    role text not null,                     -- owner, admin, moderator, member
    joined_at integer not null,
    read_seq integer not null,
    read_number integer not null,
    primary key (room_id, user_id)
) strict, without rowid;

create index memberships_by_user on memberships (user_id, room_id);

create table messages (
    room_id blob not null references rooms (id),
    seq integer not null,
    number integer not null,
    id blob not null unique,
    sender_id blob not null references users (id),
    client_message_id text,
    kind text not null,                     -- text
    content text not null,
    ciphertext blob,                        -- of encrypted rooms
    epoch integer,
    sender_device_id blob,
    created_at integer not null,
    primary key (room_id, seq)
) strict, without rowid;

create unique index messages_by_client_id on messages (room_id, sender_id, client_message_id)
    where client_message_id is not null;

create table invites (
    code_hash blob not null primary key,    -- SHA-256 of the code
    room_id blob not null references rooms (id),
    created_by blob not null references users (id),
    created_at integer not null,
    expires_at integer not null,
    max_uses integer not null,
    uses integer not null
) strict, without rowid;

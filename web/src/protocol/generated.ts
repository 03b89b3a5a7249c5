// Made from crates/protocol by `make generate`. Do not edit.

export type UserId = string;

export type RoomId = string;

export type MessageId = string;

export type SessionId = string;

export type StreamId = string;

export type Seq = number;

export type UnixMs = number;

export type ClientMessageId = string;

export type ErrorCode = "invalid" | "unauthenticated" | "forbidden" | "not_found" | "conflict" | "too_large" | "rate_limited" | "unavailable" | "internal";

export type Refusal = { 
/**
 * The reason, for programs.
 */
code: ErrorCode, 
/**
 * The reason, for people: a whole sentence.
 */
message: string, 
/**
 * Whether the same command may succeed later.
 */
temporary: boolean, 
/**
 * Shortest wait before a retry, in milliseconds.
 */
retryAfterMs?: number, 
/**
 * What is wrong with which field of the request, by the field's name.
 */
fields?: { [key in string]: string }, };

export type RefusedAck = { 
/**
 * Why.
 */
error: Refusal, };

export type ErrorEvent = { 
/**
 * The name of the refused command.
 */
command: string, 
/**
 * Of a refused `send_message` that had one.
 */
clientMessageId?: ClientMessageId, 
/**
 * The reason, for programs.
 */
code: ErrorCode, 
/**
 * The reason, for people: a whole sentence.
 */
message: string, 
/**
 * Whether the same command may succeed later.
 */
temporary: boolean, 
/**
 * Shortest wait before a retry, in milliseconds.
 */
retryAfterMs?: number, 
/**
 * What is wrong with which field of the request, by the field's name.
 */
fields?: { [key in string]: string }, };

export type GoodbyeCode = "shutting_down" | "slow_consumer" | "token_expired" | "session_ended" | "banned";

export type Goodbye = { 
/**
 * The reason, for programs.
 */
code: GoodbyeCode, 
/**
 * The reason, for people.
 */
message: string, 
/**
 * Whether the client should come back by itself.
 */
temporary: boolean, 
/**
 * How long to wait before coming back, in milliseconds.
 */
reconnectAfterMs?: number, };

export type UserRef = { 
/**
 * Which user.
 */
id: UserId, 
/**
 * The unique handle, without `@`.
 */
username: string, 
/**
 * The name to show; the username when none was chosen.
 */
displayName: string, 
/**
 * URL of the picture.
 */
avatar: string | null, };

export type SiteRole = "member" | "moderator" | "admin" | "owner";

export type Me = { 
/**
 * Which user.
 */
id: UserId, 
/**
 * The unique handle, without `@`.
 */
username: string, 
/**
 * The name to show.
 */
displayName: string, 
/**
 * URL of the picture.
 */
avatar: string | null, 
/**
 * The address for notices and log-in; not verified.
 */
email: string, 
/**
 * What one may do on the whole site.
 */
role: SiteRole, 
/**
 * When the account was made.
 */
createdAt: UnixMs, };

export type Presence = { 
/**
 * At least one device is connected.
 */
online: boolean, 
/**
 * When the last device went; absent while online or when never seen.
 */
lastSeen?: UnixMs, };

export type LoginSession = { 
/**
 * Which one.
 */
id: SessionId, 
/**
 * Browser and system in words, from the user agent, e.g. "Firefox on Linux".
 */
device: string, 
/**
 * When it was made.
 */
createdAt: UnixMs, 
/**
 * When its tokens were last refreshed.
 */
lastUsedAt: UnixMs, 
/**
 * Whether the request that asked belongs to it.
 */
current: boolean, };

export type RoomType = "group" | "direct";

export type Encryption = "none" | "mls1";

export type RoomRole = "member" | "moderator" | "admin" | "owner";

export type Room = { 
/**
 * Which room.
 */
id: RoomId, 
/**
 * Group or direct.
 */
type: RoomType, 
/**
 * Its name; empty for direct rooms.
 */
name: string, 
/**
 * One line on what it is for; may be empty.
 */
topic: string, 
/**
 * How its content is protected.
 */
encryption: Encryption, 
/**
 * Who made it.
 */
createdBy: UserId, 
/**
 * When.
 */
createdAt: UnixMs, };

export type Member = { 
/**
 * Who.
 */
user: UserRef, 
/**
 * What they may do there.
 */
role: RoomRole, 
/**
 * Since when.
 */
joinedAt: UnixMs, };

export type RoomSummary = { 
/**
 * The room.
 */
room: Room, 
/**
 * Head of its stream.
 */
seq: Seq, 
/**
 * Number of its latest message; 0 without any.
 */
lastNumber: number, 
/**
 * Its latest message.
 */
lastMessage?: Message, 
/**
 * The asking user's role.
 */
role: RoomRole, 
/**
 * The asking user's read cursor.
 */
readSeq: Seq, 
/**
 * Number of the latest message at the read cursor. Unread = `lastNumber − readNumber`.
 */
readNumber: number, 
/**
 * The other person of a direct room.
 */
peer?: UserRef, 
/**
 * Whether the other person of a direct room is there: a signal's state as of now.
 */
peerPresence?: Presence, };

export type RoomSnapshot = { 
/**
 * The room.
 */
room: Room, 
/**
 * Everyone in it, by time of joining.
 */
members: Array<Member>, 
/**
 * The latest messages, at most [`RoomSnapshot::MAX_MESSAGES`], ascending.
 */
messages: Array<Message>, 
/**
 * The state is as of this event.
 */
seq: Seq, 
/**
 * Number of the latest message.
 */
lastNumber: number, 
/**
 * The asking user's role.
 */
role: RoomRole, 
/**
 * The asking user's read cursor.
 */
readSeq: Seq, 
/**
 * Number of the latest message at the read cursor.
 */
readNumber: number, 
/**
 * Who is there: a signal's state as of now, not part of the fold.
 */
presence: { [userId in string]: Presence }, };

export type UserSnapshot = { 
/**
 * The state is as of this event of the user's stream.
 */
userSeq: Seq, 
/**
 * The account.
 */
me: Me, 
/**
 * Every room of the user, by id.
 */
rooms: Array<RoomSummary>, };

export type MessageType = "text";

export type Message = { 
/**
 * Which message.
 */
id: MessageId, 
/**
 * Its place in the room's stream.
 */
seq: Seq, 
/**
 * Which message of the room it is: 1, 2, 3 …
 */
number: number, 
/**
 * Where it was sent.
 */
roomId: RoomId, 
/**
 * Markdown source, NFC, without control characters.
 */
content: string, 
/**
 * What it holds.
 */
type: MessageType, 
/**
 * Who sent it, as they are called now.
 */
sender: UserRef, 
/**
 * When the server took it.
 */
timestamp: UnixMs, 
/**
 * The sender's idempotency key.
 */
clientMessageId?: ClientMessageId, };

export type MessageSaved = { 
/**
 * As given; absent when none was.
 */
clientMessageId?: ClientMessageId, 
/**
 * The message's id.
 */
id: MessageId, 
/**
 * Its place in the room's stream.
 */
seq: Seq, 
/**
 * Which message of the room it is.
 */
number: number, 
/**
 * Where it was sent.
 */
roomId: RoomId, 
/**
 * When the server took it.
 */
timestamp: UnixMs, };

export type RoomChanged = { 
/**
 * Which room.
 */
roomId: RoomId, 
/**
 * Place in the room's stream.
 */
seq: Seq, 
/**
 * When.
 */
timestamp: UnixMs, 
/**
 * The whole room after the change.
 */
room: Room, 
/**
 * Who did it.
 */
by: UserId, };

export type MemberChanged = { 
/**
 * Which room.
 */
roomId: RoomId, 
/**
 * Place in the room's stream.
 */
seq: Seq, 
/**
 * When.
 */
timestamp: UnixMs, 
/**
 * The member after the change.
 */
member: Member, 
/**
 * Who did it, when somebody else.
 */
by?: UserId, };

export type MemberLeft = { 
/**
 * Which room.
 */
roomId: RoomId, 
/**
 * Place in the room's stream.
 */
seq: Seq, 
/**
 * When.
 */
timestamp: UnixMs, 
/**
 * Who is no longer a member.
 */
userId: UserId, 
/**
 * Who removed them, when somebody else.
 */
by?: UserId, };

export type RoomEvent = { "event": "room_created", "data": RoomChanged } | { "event": "member_joined", "data": MemberChanged } | { "event": "member_updated", "data": MemberChanged } | { "event": "member_left", "data": MemberLeft } | { "event": "room_updated", "data": RoomChanged } | { "event": "receive_message", "data": Message };

export type RoomAdded = { 
/**
 * Place in the user's stream.
 */
userSeq: Seq, 
/**
 * The room as it was then.
 */
room: RoomSummary, };

export type RoomRemoved = { 
/**
 * Place in the user's stream.
 */
userSeq: Seq, 
/**
 * Which room.
 */
roomId: RoomId, };

export type ReadCursorMoved = { 
/**
 * Place in the user's stream.
 */
userSeq: Seq, 
/**
 * In which room.
 */
roomId: RoomId, 
/**
 * Everything up to this event is read.
 */
readSeq: Seq, 
/**
 * Number of the latest message up to there.
 */
readNumber: number, };

export type ProfileUpdated = { 
/**
 * Place in the user's stream.
 */
userSeq: Seq, 
/**
 * The account after the change.
 */
me: Me, };

export type UserEvent = { "event": "room_added", "data": RoomAdded } | { "event": "room_removed", "data": RoomRemoved } | { "event": "read_cursor_moved", "data": ReadCursorMoved } | { "event": "profile_updated", "data": ProfileUpdated };

export type Signal = { "event": "user_typing", "data": { 
/**
 * Where.
 */
roomId: RoomId, 
/**
 * Who.
 */
userId: UserId, 
/**
 * Their handle, for clients that keep no list of members.
 */
username: string, } } | { "event": "user_stop_typing", "data": { 
/**
 * Where.
 */
roomId: RoomId, 
/**
 * Who.
 */
userId: UserId, } } | { "event": "user_connected", "data": { 
/**
 * Who.
 */
userId: UserId, } } | { "event": "user_disconnected", "data": { 
/**
 * Who.
 */
userId: UserId, 
/**
 * When.
 */
lastSeen: UnixMs, } } | { "event": "user_updated", "data": { 
/**
 * The user after the change.
 */
user: UserRef, } };

export type RoomTarget = RoomId | { 
/**
 * Which room.
 */
roomId: RoomId, };

export type SendMessage = { 
/**
 * Where to.
 */
roomId: RoomId, 
/**
 * Markdown source, 1–20,000 characters.
 */
content: string, 
/**
 * What it holds; text when absent.
 */
type?: MessageType, 
/**
 * The sender's idempotency key.
 */
clientMessageId?: ClientMessageId, };

export type MarkRead = { 
/**
 * In which room.
 */
roomId: RoomId, 
/**
 * Everything up to this event is read.
 */
seq: Seq, };

export type ReadCursor = { 
/**
 * Everything up to this event is read.
 */
readSeq: Seq, 
/**
 * Number of the latest message up to there.
 */
readNumber: number, };

export type RefreshToken = { 
/**
 * The newer access token.
 */
accessToken: string, };

export type TokenRefreshed = { 
/**
 * When the connection will end unless refreshed again.
 */
expiresAt: UnixMs, };

export type Sync = { 
/**
 * At most [`Sync::MAX_CURSORS`].
 */
cursors: { [streamId in string]: number }, };

export type SyncResult = { 
/**
 * Given when the user's own stream had no cursor or needs a reset.
 */
user?: UserSnapshot, 
/**
 * What is missing, by stream; streams without anything new are left out.
 */
streams: { [streamId in string]: StreamPage }, };

export type StreamPage = { 
/**
 * The events after the cursor, in order.
 */
events: Array<StreamEvent>, 
/**
 * Head of the stream.
 */
head: Seq, 
/**
 * There are further events: ask again with the new cursor.
 */
more: boolean, 
/**
 * Take a fresh snapshot instead; `events` is empty.
 */
reset?: boolean, 
/**
 * Not the caller's stream (any more): forget it.
 */
gone?: boolean, 
/**
 * With `reset` of a room: how it stands in the list now.
 */
summary?: RoomSummary, };

export type StreamEvent = RoomEvent | UserEvent;

export type Problem = { 
/**
 * Always `about:blank`: `code` tells the kind.
 */
type: string, 
/**
 * The HTTP status in words.
 */
title: string, 
/**
 * The HTTP status.
 */
status: number, 
/**
 * What happened, for people: a whole sentence.
 */
detail: string, 
/**
 * What happened, for programs.
 */
code: ErrorCode, 
/**
 * What is wrong with which field of the request.
 */
fields?: { [key in string]: string }, 
/**
 * Shortest wait before a retry, in milliseconds.
 */
retryAfterMs?: number, 
/**
 * To find it in the log.
 */
requestId: string, };

export type Signup = "open" | "invite" | "closed";

export type Site = { 
/**
 * Its name.
 */
name: string, 
/**
 * Who may make an account.
 */
signup: Signup, 
/**
 * Nobody has claimed it yet.
 */
setupRequired: boolean, };

export type UpdateSite = { 
/**
 * 1–60 characters.
 */
name?: string, 
/**
 * Who may make an account.
 */
signup?: Signup, };

export type Setup = { 
/**
 * From the printed link.
 */
token: string, 
/**
 * As in [`Register`].
 */
username: string, 
/**
 * As in [`Register`].
 */
email: string, 
/**
 * As in [`Register`].
 */
password: string, 
/**
 * What to call the site.
 */
siteName?: string, 
/**
 * Who may make an account; closed when absent.
 */
signup?: Signup, };

export type Register = { 
/**
 * 2–32 letters, digits, `_`, `.` or `-`; unique without regard to case.
 */
username: string, 
/**
 * An address.
 */
email: string, 
/**
 * 8–256 characters, not one of the common ones.
 */
password: string, 
/**
 * 1–64 characters; the username when absent.
 */
displayName?: string, 
/**
 * Code of an invite link: opens the door when sign-up is by invite, and joins its room.
 */
invite?: string, };

export type Login = { 
/**
 * Username or e-mail address.
 */
login: string, 
/**
 * The password.
 */
password: string, };

export type RefreshRequest = { 
/**
 * The refresh token.
 */
refreshToken?: string, };

export type Tokens = { 
/**
 * JWT for `Authorization: Bearer` and the socket's `auth.token`.
 */
accessToken: string, 
/**
 * For the next refresh; works once.
 */
refreshToken: string, 
/**
 * Seconds until the access token expires.
 */
expiresIn: number, 
/**
 * Who logged in.
 */
user: Me, };

export type UpdateMe = { 
/**
 * As in [`Register`].
 */
username?: string, 
/**
 * As in [`Register`].
 */
displayName?: string, 
/**
 * As in [`Register`].
 */
email?: string, };

export type ChangePassword = { 
/**
 * The one so far.
 */
currentPassword: string, 
/**
 * As in [`Register`].
 */
newPassword: string, };

export type SetSiteRole = { 
/**
 * Not `owner`.
 */
role: SiteRole, };

export type CreateRoom = { 
/**
 * Group or direct.
 */
type: RoomType, 
/**
 * 1–80 characters; groups need one, direct rooms have none.
 */
name?: string, 
/**
 * At most 250 characters.
 */
topic?: string, 
/**
 * Ids or usernames of the others; exactly one for a direct room, at most 100.
 */
members?: Array<string>, };

export type RoomDetails = { 
/**
 * Which room.
 */
id: RoomId, 
/**
 * Group or direct.
 */
type: RoomType, 
/**
 * Its name; empty for direct rooms.
 */
name: string, 
/**
 * One line on what it is for; may be empty.
 */
topic: string, 
/**
 * How its content is protected.
 */
encryption: Encryption, 
/**
 * Who made it.
 */
createdBy: UserId, 
/**
 * When.
 */
createdAt: UnixMs, 
/**
 * The room.
 */
room: Room, 
/**
 * Head of its stream.
 */
seq: Seq, 
/**
 * Number of its latest message; 0 without any.
 */
lastNumber: number, 
/**
 * Its latest message.
 */
lastMessage?: Message, 
/**
 * The asking user's role.
 */
role: RoomRole, 
/**
 * The asking user's read cursor.
 */
readSeq: Seq, 
/**
 * Number of the latest message at the read cursor. Unread = `lastNumber − readNumber`.
 */
readNumber: number, 
/**
 * The other person of a direct room.
 */
peer?: UserRef, 
/**
 * Whether the other person of a direct room is there: a signal's state as of now.
 */
peerPresence?: Presence, };

export type UpdateRoom = { 
/**
 * As in [`CreateRoom`].
 */
name?: string, 
/**
 * As in [`CreateRoom`].
 */
topic?: string, };

export type AddMember = { 
/**
 * Whom, by id.
 */
userId?: UserId, 
/**
 * Whom, by username.
 */
username?: string, };

export type SetRoomRole = { 
/**
 * At most the caller's own; giving `owner` away makes the caller an admin.
 */
role: RoomRole, };

export type CreateInvite = { 
/**
 * 1–1,000; once when absent.
 */
maxUses?: number, 
/**
 * 60–2,592,000; one hour when absent.
 */
expiresInSeconds?: number, };

export type Invite = { 
/**
 * The secret.
 */
code: string, 
/**
 * The link for people.
 */
url: string, 
/**
 * Until when it works.
 */
expiresAt: UnixMs, 
/**
 * How often it works.
 */
maxUses: number, };

export type InvitePreview = { 
/**
 * The room's name.
 */
roomName: string, 
/**
 * Display name of who made the link.
 */
invitedBy: string, 
/**
 * How many are in the room.
 */
memberCount: number, };

export type PostMessage = { 
/**
 * Markdown source, 1–20,000 characters.
 */
content: string, 
/**
 * What it holds; text when absent.
 */
type?: MessageType, 
/**
 * The sender's idempotency key.
 */
clientMessageId?: ClientMessageId, };

export type ReadUpTo = { 
/**
 * Everything up to this event is read.
 */
seq: Seq, };

export type MessagePage = { 
/**
 * The messages.
 */
items: Array<Message>, 
/**
 * There are older ones.
 */
hasBefore: boolean, 
/**
 * There are newer ones.
 */
hasAfter: boolean, };

export type Page<T> = { 
/**
 * What is on this page.
 */
items: Array<T>, 
/**
 * Pass as `cursor` for the next page; absent on the last.
 */
nextCursor?: string, };

//! Who may do what: the one table, and the rules in which two roles meet.
//!
//! What somebody may *know* is decided elsewhere: who is not a member gets no role and is told that nothing is there.

use hearth_protocol::{RoomRole, RoomType, SiteRole};

/// What a member may want to do in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoomAction {
    /// See its messages, members and settings.
    Read,
    /// Send messages, type.
    Send,
    /// Leave it. When its owner does, somebody else becomes owner.
    Leave,
    /// Add somebody by name.
    AddMember,
    /// Make an invite link.
    CreateInvite,
    /// Remove somebody: see [`may_remove`] for whom.
    RemoveMember,
    /// Change its name and topic.
    UpdateRoom,
    /// Give roles: see [`may_give`] for which and to whom.
    GiveRole,
    /// Make somebody else its owner.
    HandOver,
}

impl RoomAction {
    /// Every action.
    pub const ALL: [Self; 9] = [
        Self::Read,
        Self::Send,
        Self::Leave,
        Self::AddMember,
        Self::CreateInvite,
        Self::RemoveMember,
        Self::UpdateRoom,
        Self::GiveRole,
        Self::HandOver,
    ];

    /// The least role that may.
    fn least_role(self) -> RoomRole {
        match self {
            Self::Read | Self::Send | Self::Leave | Self::AddMember | Self::CreateInvite => RoomRole::Member,
            Self::RemoveMember => RoomRole::Moderator,
            Self::UpdateRoom | Self::GiveRole => RoomRole::Admin,
            Self::HandOver => RoomRole::Owner,
        }
    }

    /// Whether it makes sense in a room of this kind. A direct room is two people's and stays as it is.
    #[must_use]
    pub fn exists_in(self, kind: RoomType) -> bool {
        match kind {
            RoomType::Group => true,
            RoomType::Direct => matches!(self, Self::Read | Self::Send),
        }
    }
}

/// What a user may want to do on the site.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SiteAction {
    /// Create rooms, start direct conversations.
    CreateRoom,
    /// Find other users.
    FindPeople,
    /// Change the site's name and who may join.
    UpdateSite,
    /// Ban somebody and lift a ban: see [`may_ban`] for whom.
    Ban,
    /// Give site roles: see [`may_give_site_role`] for which and to whom.
    GiveSiteRole,
}

impl SiteAction {
    /// Every action.
    pub const ALL: [Self; 5] = [
        Self::CreateRoom,
        Self::FindPeople,
        Self::UpdateSite,
        Self::Ban,
        Self::GiveSiteRole,
    ];

    /// The least role that may.
    fn least_role(self) -> SiteRole {
        match self {
            Self::CreateRoom | Self::FindPeople => SiteRole::Member,
            Self::UpdateSite | Self::Ban => SiteRole::Admin,
            Self::GiveSiteRole => SiteRole::Owner,
        }
    }
}

/// Whether a member with this role may do that in a group room.
#[must_use]
pub fn room_allows(role: RoomRole, action: RoomAction) -> bool {
    role >= action.least_role()
}

/// Whether a user with this role may do that on the site.
#[must_use]
pub fn site_allows(role: SiteRole, action: SiteAction) -> bool {
    role >= action.least_role()
}

/// Whether `actor` may remove somebody whose role is `target`: only those below. Leaving is not removing oneself.
#[must_use]
pub fn may_remove(actor: RoomRole, target: RoomRole) -> bool {
    room_allows(actor, RoomAction::RemoveMember) && target < actor
}

/// Whether `actor` may change somebody's role from `now` to `new`: both below the actor's own.
///
/// Only the owner may give [`RoomRole::Owner`]. That hands the room over: the giver becomes an admin in the same
/// transaction, because a room has exactly one owner.
#[must_use]
pub fn may_give(actor: RoomRole, now: RoomRole, new: RoomRole) -> bool {
    let hands_over = new == RoomRole::Owner && room_allows(actor, RoomAction::HandOver);
    room_allows(actor, RoomAction::GiveRole) && now < actor && (new < actor || hands_over)
}

/// Whether `actor` may ban somebody whose role is `target`, or lift such a ban: only those below.
#[must_use]
pub fn may_ban(actor: SiteRole, target: SiteRole) -> bool {
    site_allows(actor, SiteAction::Ban) && target < actor
}

/// Whether `actor` may change somebody's site role from `now` to `new`. The site has one owner, and stays theirs.
#[must_use]
pub fn may_give_site_role(actor: SiteRole, now: SiteRole, new: SiteRole) -> bool {
    site_allows(actor, SiteAction::GiveSiteRole) && now < actor && new < actor
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM_ROLES: [RoomRole; 4] = [RoomRole::Member, RoomRole::Moderator, RoomRole::Admin, RoomRole::Owner];
    const SITE_ROLES: [SiteRole; 4] = [SiteRole::Member, SiteRole::Moderator, SiteRole::Admin, SiteRole::Owner];

    /// `x` where the role of the row may, `.` where not.
    fn row<const N: usize>(answers: [bool; N]) -> String {
        answers.iter().map(|&may| if may { 'x' } else { '.' }).collect()
    }

    #[test]
    fn the_room_table_is_as_written() {
        // Read, Send, Leave, AddMember, CreateInvite, RemoveMember, UpdateRoom, GiveRole, HandOver
        let table = ROOM_ROLES.map(|role| row(RoomAction::ALL.map(|action| room_allows(role, action))));

        assert_eq!(table, ["xxxxx....", "xxxxxx...", "xxxxxxxx.", "xxxxxxxxx"]);
    }

    #[test]
    fn the_site_table_is_as_written() {
        // CreateRoom, FindPeople, UpdateSite, Ban, GiveSiteRole
        let table = SITE_ROLES.map(|role| row(SiteAction::ALL.map(|action| site_allows(role, action))));

        assert_eq!(table, ["xx...", "xx...", "xxxx.", "xxxxx"]);
    }

    #[test]
    fn one_removes_those_below_only() {
        // Columns: a member, a moderator, an admin, the owner.
        let table = ROOM_ROLES.map(|actor| row(ROOM_ROLES.map(|target| may_remove(actor, target))));

        assert_eq!(table, ["....", "x...", "xx..", "xxx."]);
    }

    #[test]
    fn an_admin_gives_roles_below_their_own_to_those_below() {
        // Rows: what somebody is. Columns: what they become.
        let table = ROOM_ROLES.map(|now| row(ROOM_ROLES.map(|new| may_give(RoomRole::Admin, now, new))));

        assert_eq!(table, ["xx..", "xx..", "....", "...."]);
    }

    #[test]
    fn the_owner_gives_every_role_to_everyone_else_and_hands_over() {
        let table = ROOM_ROLES.map(|now| row(ROOM_ROLES.map(|new| may_give(RoomRole::Owner, now, new))));

        assert_eq!(table, ["xxxx", "xxxx", "xxxx", "...."]);
    }

    #[test]
    fn members_and_moderators_give_no_roles() {
        let given = [RoomRole::Member, RoomRole::Moderator]
            .map(|actor| row(ROOM_ROLES.map(|new| may_give(actor, RoomRole::Member, new))));

        assert_eq!(given, ["....", "...."]);
    }

    #[test]
    fn a_direct_room_stays_two_peoples() {
        let exists = row(RoomAction::ALL.map(|action| action.exists_in(RoomType::Direct)));

        assert_eq!(exists, "xx.......");
    }

    #[test]
    fn admins_ban_those_below_and_nobody_bans_the_owner() {
        let table = SITE_ROLES.map(|actor| row(SITE_ROLES.map(|target| may_ban(actor, target))));

        assert_eq!(table, ["....", "....", "xx..", "xxx."]);
    }

    #[test]
    fn only_the_owner_gives_site_roles_and_never_their_own() {
        let owner = SITE_ROLES.map(|now| row(SITE_ROLES.map(|new| may_give_site_role(SiteRole::Owner, now, new))));
        let admin = row(SITE_ROLES.map(|new| may_give_site_role(SiteRole::Admin, SiteRole::Member, new)));

        assert_eq!(owner, ["xxx.", "xxx.", "xxx.", "...."]);
        assert_eq!(admin, "....");
    }
}

//! Running the site: its settings, and the log of what was done to whom.
//!
//! Banning and site roles are changes of accounts, so they are in `accounts::moderation`.

pub mod audit;
pub mod routes;
pub mod settings;
pub mod store;

//! What is seen at the door, before there is a shell around it.

mod audit;
mod demand;
mod invitations;
mod me;
mod second;
mod set_up;
mod sign_in;
mod tokens;
mod wrong;

use platform::page::Icon;

pub(crate) use audit::{AuditPage, Line};
pub(crate) use demand::{DemandPage, RoleLine, StateLine};
pub(crate) use invitations::{InvitationLine, InvitationsPage, JoinPage};
pub(crate) use me::{MePage, PasskeyLine, ProvePage, SessionLine, TokenLine};
pub(crate) use second::{CodePage, CodesPage, EnrolPage, FirstCodesPage, OfferPage};
pub(crate) use set_up::set_up;
pub(crate) use sign_in::sign_in;
pub(crate) use tokens::{ServiceLine, TokensPage};

/// The mark of the program, above its name.
const LOGO: Icon<'static> = Icon { name: "logo", class: "i--lg" };

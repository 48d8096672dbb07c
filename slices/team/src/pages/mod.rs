//! What is seen at the door, before there is a shell around it.

mod set_up;
mod sign_in;

use platform::page::Icon;

pub(crate) use set_up::set_up;
pub(crate) use sign_in::sign_in;

/// The mark of the program, above its name.
const LOGO: Icon<'static> = Icon { name: "logo", class: "i--lg" };

//! The pages of the second factor: the one at the door, the offer of a secret, and the recovery codes.

use askama::Template;
use platform::failure::Field;
use platform::page::{Icon, filters};

use super::wrong::Errors;
use crate::frame::Setting;
use crate::second::Qr;

#[derive(Template)]
#[template(path = "code.html")]
pub(crate) struct CodePage {
    pub next: String,
    /// Whether a code of an app would do.
    pub has_app: bool,
    /// Whether a passkey would do, and browsers show one here.
    pub has_passkeys: bool,
    pub errors: Vec<Field>,
}

impl CodePage {
    fn errors(&self) -> Errors<'_> {
        Errors(&self.errors)
    }

    fn logo(&self) -> Icon<'static> {
        super::LOGO
    }
}

#[derive(Template)]
#[template(path = "offer.html")]
pub(crate) struct OfferPage {
    pub settings: Vec<Setting>,
    pub secret: String,
    pub qr: Qr,
    pub errors: Vec<Field>,
}

impl OfferPage {
    fn errors(&self) -> Errors<'_> {
        Errors(&self.errors)
    }

    fn in_groups(&self) -> String {
        in_groups(&self.secret)
    }
}

/// A secret in groups, for whoever types it.
fn in_groups(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
}

#[derive(Template)]
#[template(path = "enrol.html")]
pub(crate) struct EnrolPage {
    pub workspace: String,
    pub next: String,
    /// Whether browsers make passkeys at this address.
    pub has_passkeys: bool,
    /// What a passkey of this browser may be called.
    pub device: String,
    pub secret: String,
    pub qr: Qr,
    pub errors: Vec<Field>,
}

impl EnrolPage {
    fn errors(&self) -> Errors<'_> {
        Errors(&self.errors)
    }

    fn logo(&self) -> Icon<'static> {
        super::LOGO
    }

    fn in_groups(&self) -> String {
        in_groups(&self.secret)
    }
}

/// The recovery codes of somebody who is in for the first time with a second factor.
#[derive(Template)]
#[template(path = "first_codes.html")]
pub(crate) struct FirstCodesPage {
    pub codes: Vec<String>,
    pub next: String,
}

impl FirstCodesPage {
    fn logo(&self) -> Icon<'static> {
        super::LOGO
    }
}

#[derive(Template)]
#[template(path = "codes.html")]
pub(crate) struct CodesPage {
    pub settings: Vec<Setting>,
    pub codes: Vec<String>,
}

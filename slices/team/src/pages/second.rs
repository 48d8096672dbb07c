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

    /// In groups, for whoever types it.
    fn in_groups(&self) -> String {
        let letters: Vec<char> = self.secret.chars().collect();
        letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join(" ")
    }
}

#[derive(Template)]
#[template(path = "codes.html")]
pub(crate) struct CodesPage {
    pub settings: Vec<Setting>,
    pub codes: Vec<String>,
}

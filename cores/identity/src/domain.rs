//! Domains: the name under which a company is found, out of whatever address names it.

use std::fmt;

use crate::email::strip_prefix_ignore_case;
use crate::labels;
use crate::text::clean;

/// Why a text names no domain, in words for whoever wrote it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotADomain {
    text: String,
    reason: &'static str,
}

impl fmt::Display for NotADomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} is not a domain: {}", self.text, self.reason)
    }
}

impl std::error::Error for NotADomain {}

/// The domain in `https://www.North.example/about`, `ann@north.example` or `north.example.`: in small
/// letters, without `www.`; punycode stays punycode.
///
/// # Errors
/// [`NotADomain`]: nothing, a number of a computer, a name without a dot, or none at all.
///
/// ```
/// assert_eq!(identity::domain::normal("https://www.North.example/about")?, "north.example");
/// # Ok::<(), identity::domain::NotADomain>(())
/// ```
pub fn normal(text: &str) -> Result<String, NotADomain> {
    let clean = clean(text);
    let mut rest = clean.as_str();
    rest = strip_prefix_ignore_case(rest, "mailto:").unwrap_or(rest);
    rest = rest.split_once("://").map_or(rest, |(_, behind)| behind);
    rest = rest.trim_start_matches('/');
    rest = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
    rest = rest.rsplit_once('@').map_or(rest, |(_, behind)| behind);
    rest = rest.trim_matches(['<', '>', ' ', ',', ';']);
    if let Some((before, port)) = rest.rsplit_once(':')
        && port.bytes().all(|b| b.is_ascii_digit())
    {
        rest = before;
    }
    let host = labels::host(rest).map_err(|reason| NotADomain { text: text.to_owned(), reason })?;
    let mut host = host.as_str();
    while let Some(bare) = host.strip_prefix("www.").filter(|bare| bare.contains('.')) {
        host = bare;
    }
    Ok(host.to_owned())
}

/// Whether people have their own mail there, so that the domain says nothing about a company. Knows
/// the large providers; the smaller ones are data of a workspace, not of this program.
pub fn is_personal(domain: &str) -> bool {
    let first = domain.split('.').next().unwrap_or_default();
    FAMILIES.contains(&first) && domain.matches('.').count() <= 2 || PROVIDERS.contains(&domain)
}

/// Providers with a domain in many countries.
const FAMILIES: [&str; 9] =
    ["gmail", "googlemail", "hotmail", "live", "outlook", "yahoo", "gmx", "yandex", "aol"];

const PROVIDERS: [&str; 57] = [
    "126.com",
    "163.com",
    "alice.it",
    "arcor.de",
    "att.net",
    "bluewin.ch",
    "bol.com.br",
    "btinternet.com",
    "comcast.net",
    "daum.net",
    "duck.com",
    "fastmail.com",
    "free.fr",
    "freenet.de",
    "hanmail.net",
    "hey.com",
    "icloud.com",
    "ig.com.br",
    "interia.pl",
    "laposte.net",
    "libero.it",
    "mac.com",
    "mail.com",
    "mail.ru",
    "mailbox.org",
    "me.com",
    "msn.com",
    "naver.com",
    "o2.pl",
    "onet.pl",
    "orange.fr",
    "pm.me",
    "posteo.de",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "rediffmail.com",
    "rocketmail.com",
    "seznam.cz",
    "sfr.fr",
    "sina.com",
    "t-online.de",
    "telenet.be",
    "terra.com.br",
    "tiscali.it",
    "tuta.com",
    "tutanota.com",
    "uol.com.br",
    "verizon.net",
    "virgilio.it",
    "wanadoo.fr",
    "web.de",
    "wp.pl",
    "ymail.com",
    "ziggo.nl",
    "zonnet.nl",
    "bigpond.com",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_domain_is_found_in_whatever_names_it() {
        for (text, expected) in [
            ("north.example", "north.example"),
            ("https://www.North.example/about?x=1#y", "north.example"),
            ("http://user:pass@north.example:8080/", "north.example"),
            ("//north.example", "north.example"),
            ("Ann <ann@mail.north.example>", "mail.north.example"),
            ("mailto:ann@north.example", "north.example"),
            ("WWW.NORTH.EXAMPLE.", "north.example"),
            ("www.de", "www.de"),
            ("www.www.north.example", "north.example"),
            ("xn--mller-kva.example", "xn--mller-kva.example"),
            ("Müller.example", "müller.example"),
            ("例え。テスト", "例え.テスト"),
        ] {
            assert_eq!(normal(text).as_deref(), Ok(expected), "{text}");
        }
        for text in ["", "north", "10.0.0.1", "http://", "n/a", "no site yet", "a b.example"] {
            assert!(normal(text).is_err(), "{text}");
        }
    }

    #[test]
    fn personal_mail_is_no_company() {
        for domain in ["gmail.com", "yahoo.co.uk", "gmx.at", "web.de", "qq.com"] {
            assert!(is_personal(domain), "{domain}");
        }
        for domain in ["north.example", "live.north.example.com", "mail.gmx.com", "web.de.example"]
        {
            assert!(!is_personal(domain), "{domain}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..Default::default() })]
        #[test]
        fn the_normal_form_is_a_fixed_point(
            text in "\\PC{0,20}|(https?://)?(www\\.){0,2}[a-zA-ZäßİК.-]{1,12}\\.[a-zA-Z]{2,3}[./:?]{0,2}",
        ) {
            if let Ok(domain) = normal(&text) {
                prop_assert_eq!(normal(&domain), Ok(domain.clone()));
            }
        }
    }
}

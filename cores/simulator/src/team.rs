//! The seller and its people. Fernwheel makes route planning for carriers and food firms.

/// One of ours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Colleague {
    /// First name and surname.
    pub name: &'static str,
    /// Under `fernwheel.example`.
    pub email: &'static str,
    /// Sells, or else does marketing.
    pub sells: bool,
    /// Bearing on deals, in log-odds; see the crate's hidden model.
    pub(crate) skill: f64,
    /// Countries looked after.
    countries: &'static [&'static str],
}

/// What the seller is called.
pub const SELLER: &str = "Fernwheel";

/// Everybody, salespeople first. [`crate::SimPerson::owner`] counts in it.
pub const TEAM: [Colleague; 9] = [
    seller("Matthias Ohlendorf", "matthias@fernwheel.example", 0.15, &["DE", "AT"]),
    seller("Annika Thorwald", "annika@fernwheel.example", -0.1, &["DE", "AT"]),
    seller("Claire Dumesnil", "claire@fernwheel.example", 0.3, &["FR"]),
    seller("Bram Oosterling", "bram@fernwheel.example", 0.0, &["NL", "BE"]),
    seller("Piotr Zaleski", "piotr@fernwheel.example", 0.2, &["PL", "CZ", "HU", "RO"]),
    seller("Giulia Serrano", "giulia@fernwheel.example", -0.3, &["IT", "ES", "PT", "TR"]),
    seller("Oona Rautio", "oona@fernwheel.example", 0.05, &["GB", "IE", "SE", "DK", "NO", "FI"]),
    marketer("Yasmin Aydın", "yasmin@fernwheel.example"),
    marketer("Tomás Veiga", "tomas@fernwheel.example"),
];

const fn seller(
    name: &'static str,
    email: &'static str,
    skill: f64,
    countries: &'static [&'static str],
) -> Colleague {
    Colleague { name, email, sells: true, skill, countries }
}

const fn marketer(name: &'static str, email: &'static str) -> Colleague {
    Colleague { name, email, sells: false, skill: 0.0, countries: &[] }
}

impl Colleague {
    /// The first name alone.
    pub fn first(&self) -> &'static str {
        self.name.split(' ').next().unwrap_or(self.name)
    }
}

/// Who looks after that company; a country of two is shared out by company.
pub(crate) fn looks_after(country: &str, company: usize) -> usize {
    let serve = |at: &usize| TEAM[*at].countries.contains(&country);
    let both: [Option<usize>; 2] = [(0..TEAM.len()).find(serve), (0..TEAM.len()).rev().find(serve)];
    both[company / 100 % 2].unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::COUNTRIES;

    #[test]
    fn every_country_is_looked_after_by_somebody_who_sells() {
        for country in &COUNTRIES {
            assert!(
                TEAM.iter().any(|one| one.countries.contains(&country.code)),
                "{}",
                country.code
            );
            assert!(TEAM[looks_after(country.code, 7)].sells);
        }
        assert_ne!(looks_after("DE", 99), looks_after("DE", 100));
    }
}

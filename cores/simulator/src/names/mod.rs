//! Names of an invented Europe: people, companies, domains, addresses, telephone numbers.
//!
//! What must not repeat does not repeat by construction, so that any person can be named alone:
//! a company's name is a place in an enumeration, colleagues never share a surname, and addresses
//! hang on the company's domain.

mod germanic;
mod others;
mod romance;
#[cfg(test)]
mod tests;

use crate::chance::Chance;

/// How a woman's surname differs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum WomanForm {
    Same,
    /// `-ski` becomes `-ska`.
    Polish,
    /// `-ová` is added.
    Czech,
}

/// What a language gives to names.
pub(crate) struct Tongue {
    /// How a mail begins.
    pub hello: &'static str,
    pub women: [&'static str; 16],
    pub men: [&'static str; 16],
    /// 41, a prime, so that any stride visits all; no two of any language alike once plain.
    pub surnames: [&'static str; SURNAMES],
    pub woman_form: WomanForm,
    /// First and second halves of coined company names.
    pub heads: &'static [&'static str],
    pub tails: &'static [&'static str],
    pub towns: [&'static str; 16],
    /// What companies call themselves: logistics, food, then the others in order of [`Industry`].
    pub logistics: &'static [&'static str],
    pub food: &'static [&'static str],
    pub other: [&'static str; 7],
    /// Whether the trade comes before the name: `Transports Valmont`.
    pub trade_first: bool,
    /// The usual legal form.
    pub form: &'static str,
}

pub(crate) const SURNAMES: usize = 41;

/// A country in which the seller sells.
pub(crate) struct Country {
    pub code: &'static str,
    pub tongue: usize,
    /// How many of each hundred companies.
    pub share: usize,
    pub dial: &'static str,
    pub currency: &'static str,
}

const fn country(code: &'static str, tongue: usize, share: usize, dial: &'static str) -> Country {
    let currency = match code.as_bytes() {
        b"GB" => "GBP",
        _ => "EUR",
    };
    Country { code, tongue, share, dial, currency }
}

pub(crate) const TONGUES: [&Tongue; 16] = [
    &germanic::GERMAN,
    &romance::FRENCH,
    &germanic::DUTCH,
    &others::POLISH,
    &romance::ITALIAN,
    &romance::SPANISH,
    &germanic::ENGLISH,
    &germanic::SWEDISH,
    &germanic::DANISH,
    &others::CZECH,
    &romance::PORTUGUESE,
    &others::FINNISH,
    &germanic::NORWEGIAN,
    &romance::ROMANIAN,
    &others::HUNGARIAN,
    &others::TURKISH,
];

pub(crate) const COUNTRIES: [Country; 19] = [
    country("DE", 0, 20, "+49"),
    country("FR", 1, 13, "+33"),
    country("NL", 2, 13, "+31"),
    country("PL", 3, 12, "+48"),
    country("IT", 4, 8, "+39"),
    country("ES", 5, 6, "+34"),
    country("GB", 6, 5, "+44"),
    country("BE", 2, 4, "+32"),
    country("AT", 0, 3, "+43"),
    country("SE", 7, 3, "+46"),
    country("DK", 8, 3, "+45"),
    country("CZ", 9, 2, "+420"),
    country("PT", 10, 2, "+351"),
    country("FI", 11, 1, "+358"),
    country("NO", 12, 1, "+47"),
    country("IE", 6, 1, "+353"),
    country("RO", 13, 1, "+40"),
    country("HU", 14, 1, "+36"),
    country("TR", 15, 1, "+90"),
];

/// Of each hundred companies in a row, the country of each, and how many of its language came before.
const SLOTS: [(usize, usize); 100] = {
    let mut slots = [(0, 0); 100];
    let mut seen = [0; TONGUES.len()];
    let (mut at, mut country) = (0, 0);
    while country < COUNTRIES.len() {
        let mut left = COUNTRIES[country].share;
        while left > 0 {
            let tongue = COUNTRIES[country].tongue;
            // 37 and 100 share no factor, so this spreads a country's companies over the hundred.
            slots[(at * 37) % 100] = (country, seen[tongue]);
            seen[tongue] += 1;
            at += 1;
            left -= 1;
        }
        country += 1;
    }
    slots
};

/// What a company does; the first two are those for whom the seller's product is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Industry {
    /// Carriers, couriers, warehouses.
    Logistics,
    /// Makers and distributors of food and drink.
    Food,
    /// Shops.
    Retail,
    /// Factories.
    Manufacturing,
    /// Builders.
    Construction,
    /// Schools and academies.
    Education,
    /// Clinics and care.
    Healthcare,
    /// Makers of software.
    Software,
    /// Farms and gardens.
    Agriculture,
}

impl Industry {
    pub(crate) const ALL: [Industry; 9] = [
        Industry::Logistics,
        Industry::Food,
        Industry::Retail,
        Industry::Manufacturing,
        Industry::Construction,
        Industry::Education,
        Industry::Healthcare,
        Industry::Software,
        Industry::Agriculture,
    ];
    /// How often each occurs.
    pub(crate) const WEIGHTS: [u32; 9] = [40, 26, 10, 9, 4, 3, 3, 3, 2];

    /// The word in facts, e.g. `logistics`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Industry::Logistics => "logistics",
            Industry::Food => "food",
            Industry::Retail => "retail",
            Industry::Manufacturing => "manufacturing",
            Industry::Construction => "construction",
            Industry::Education => "education",
            Industry::Healthcare => "healthcare",
            Industry::Software => "software",
            Industry::Agriculture => "agriculture",
        }
    }
}

/// Where company number `company` is at home, and its number among those of its language.
pub(crate) fn home(company: usize) -> (&'static Country, usize) {
    let (country, before) = SLOTS[company % 100];
    let country = &COUNTRIES[country];
    let share: usize =
        COUNTRIES.iter().filter(|other| other.tongue == country.tongue).map(|c| c.share).sum();
    (country, company / 100 * share + before)
}

/// What a company is called.
pub(crate) struct CompanyName {
    /// As people say it.
    pub short: String,
    /// With its legal form, if it writes that.
    pub full: String,
    /// Under `.example`.
    pub domain: String,
}

/// A company's name and its domain, both its own. The coined roots come first, each once; then each
/// root with each town; then with a partner's surname as well; and at last with a number.
pub(crate) fn company_name(
    tongue: usize,
    number: usize,
    industry: Industry,
    shift: usize,
    chance: &mut Chance,
) -> CompanyName {
    let language = TONGUES[tongue];
    let (heads, tails) = (language.heads.len(), language.tails.len());
    let (lap, place) = (number / (heads * tails), number % (heads * tails));
    let place = (place * stride(heads * tails) + shift % (heads * tails)) % (heads * tails);
    let (head, tail) = (language.heads[place / tails], language.tails[place % tails]);
    let trade = match industry {
        Industry::Logistics => chance.pick(language.logistics),
        Industry::Food => chance.pick(language.food),
        other => language.other[other as usize - 2],
    };
    let (town, partner, again) = match lap.checked_sub(1) {
        None => (None, None, 0),
        Some(lap) => {
            let (turn, town) = (lap / TOWNS, lap % TOWNS);
            let (again, partner) = (turn / (SURNAMES + 1), turn % (SURNAMES + 1));
            let partner = partner.checked_sub(1).map(|partner| language.surnames[partner]);
            (Some(language.towns[town]), partner, again)
        }
    };
    let numeral = if again > 0 { (again + 1).to_string() } else { String::new() };

    let mut words = vec![format!("{head}{tail}")];
    words.extend(partner.map(|partner| format!("& {partner}")));
    words.insert(if language.trade_first { 0 } else { words.len() }, trade.to_owned());
    words.extend(town.map(str::to_owned));
    words.extend((again > 0).then(|| numeral.clone()));
    let short = words.join(" ");
    let full = if chance.hit(0.3) { format!("{short} {}", language.form) } else { short.clone() };

    let mut domain = String::with_capacity(40);
    plain(head, tongue, &mut domain);
    plain(tail, tongue, &mut domain);
    let with_trade = chance.hit(0.4) && lap == 0;
    for word in [partner, town, with_trade.then_some(trade)].into_iter().flatten() {
        domain.push('-');
        plain(word, tongue, &mut domain);
    }
    domain.push_str(&numeral);
    domain.push_str(".example");
    CompanyName { short, full, domain }
}

const TOWNS: usize = 16;

/// A step through `places` that visits each once, and neighbours far apart.
fn stride(places: usize) -> usize {
    let shares_none = |step: &usize| {
        let (mut a, mut b) = (places, *step);
        while b > 0 {
            (a, b) = (b, a % b);
        }
        a == 1
    };
    (places * 618 / 1000 + 1..).find(shares_none).unwrap_or(1)
}

/// A name, as its bearer writes it.
pub(crate) struct Name {
    pub first: &'static str,
    pub last: String,
    tongue: usize,
}

impl Name {
    /// `surname` counts in the language's surnames; colleagues are told apart by it.
    pub fn new(tongue: usize, woman: bool, surname: usize, chance: &mut Chance) -> Name {
        let language = TONGUES[tongue];
        let first = chance.pick(if woman { &language.women } else { &language.men });
        Name { first, last: surname_of(language, woman, surname % SURNAMES), tongue }
    }

    /// First name and surname.
    pub fn full(&self) -> String {
        let mut full = String::with_capacity(self.first.len() + self.last.len() + 1);
        full.push_str(self.first);
        full.push(' ');
        full.push_str(&self.last);
        full
    }

    /// The part of an address before the `@`, in one of four styles; the surname is always in it.
    pub fn local_part(&self, style: usize, to: &mut String) {
        let begun = to.len();
        match style {
            0 => plain(self.first, self.tongue, to),
            1 => {
                plain(self.first, self.tongue, to);
                to.truncate(begun + 1);
            }
            2 => return plain(&self.last, self.tongue, to),
            _ => {
                plain(&self.last, self.tongue, to);
                to.push('.');
                return plain(self.first, self.tongue, to);
            }
        }
        to.push('.');
        plain(&self.last, self.tongue, to);
    }
}

fn surname_of(language: &Tongue, woman: bool, place: usize) -> String {
    let name = language.surnames[place];
    match language.woman_form {
        WomanForm::Polish if woman && (name.ends_with("ski") || name.ends_with("cki")) => {
            format!("{}a", &name[..name.len() - 1])
        }
        WomanForm::Czech if woman => {
            let mut stem = name.strip_suffix('a').unwrap_or(name).to_owned();
            // Beránek, Beránková: the e of a last syllable goes.
            if let Some(short) = stem.strip_suffix("ek") {
                stem = format!("{short}k");
            }
            stem + "ová"
        }
        WomanForm::Same | WomanForm::Polish | WomanForm::Czech => name.to_owned(),
    }
}

/// Adds a word as it stands in an address: small Latin letters, digits and hyphens.
fn plain(word: &str, tongue: usize, to: &mut String) {
    for letter in word.chars() {
        let same = match letter {
            'a'..='z' | '0'..='9' | '-' => letter,
            'A'..='Z' => letter.to_ascii_lowercase(),
            'ä' | 'Ä' | 'ö' | 'Ö' | 'ü' | 'Ü' | 'ß' | 'æ' | 'Æ' | 'œ' | 'ø' | 'Ø' => {
                to.push_str(match letter {
                    'ä' | 'Ä' if tongue == 0 => "ae",
                    'ö' | 'Ö' if tongue == 0 => "oe",
                    'ü' | 'Ü' if tongue == 0 => "ue",
                    'ä' | 'Ä' => "a",
                    'ö' | 'Ö' => "o",
                    'ü' | 'Ü' => "u",
                    'ß' => "ss",
                    'æ' | 'Æ' => "ae",
                    'œ' => "oe",
                    _ => "o",
                });
                continue;
            }
            'á' | 'à' | 'â' | 'ã' | 'å' | 'ă' | 'ą' | 'Á' | 'Å' => 'a',
            'ç' | 'ć' | 'č' | 'Ç' | 'Č' => 'c',
            'ď' | 'đ' => 'd',
            'é' | 'è' | 'ê' | 'ë' | 'ě' | 'ę' | 'É' => 'e',
            'ğ' => 'g',
            'í' | 'ì' | 'î' | 'ï' | 'ı' | 'İ' | 'Í' => 'i',
            'ł' | 'Ł' => 'l',
            'ñ' | 'ń' | 'ň' => 'n',
            'ó' | 'ò' | 'ô' | 'õ' | 'ő' | 'Ó' => 'o',
            'ř' | 'Ř' => 'r',
            'ś' | 'š' | 'ş' | 'ș' | 'Ś' | 'Š' | 'Ş' | 'Ș' => 's',
            'ť' | 'ț' | 'Ț' => 't',
            'ú' | 'ù' | 'û' | 'ů' | 'ű' | 'Ú' => 'u',
            'ý' => 'y',
            'ź' | 'ż' | 'ž' | 'Ż' | 'Ž' => 'z',
            // Spaces, apostrophes and stops go.
            _ => continue,
        };
        to.push(same);
    }
}

/// A telephone number of its own for each person. No such numbers are given out: `555` stands where
/// an area code would.
pub(crate) fn phone(country: &Country, person: usize) -> String {
    const ROOM: usize = 10_000_000;
    // 3,141,593 and the room share no factor, so each person's digits differ.
    let (beyond, digits) = (person / ROOM, person % ROOM * 3_141_593 % ROOM);
    let beyond = if beyond > 0 { beyond.to_string() } else { String::new() };
    format!("{}555{beyond}{digits:07}", country.dial)
}

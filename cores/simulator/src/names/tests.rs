use std::collections::{HashMap, HashSet};

use super::*;
use crate::chance::Purpose;

fn plainly(word: &str, tongue: usize) -> String {
    let mut out = String::new();
    plain(word, tongue, &mut out);
    out
}

#[test]
fn every_letter_of_every_name_has_a_plain_form() {
    for (at, tongue) in TONGUES.iter().enumerate() {
        let names = tongue.women.iter().chain(&tongue.men).chain(&tongue.surnames);
        let company = tongue.heads.iter().chain(tongue.tails).chain(&tongue.towns);
        let trades = tongue.logistics.iter().chain(tongue.food).chain(&tongue.other);
        for word in names.chain(company).chain(trades) {
            let plain = plainly(word, at);
            let letters = word.chars().filter(|letter| letter.is_alphabetic()).count();
            assert!(plain.is_ascii() && plain.len() >= letters, "{word} became {plain}");
        }
    }
}

#[test]
fn no_two_surnames_of_any_language_are_alike() {
    let mut seen = HashMap::new();
    for (at, tongue) in TONGUES.iter().enumerate() {
        for place in 0..SURNAMES {
            for woman in [false, true] {
                let name = surname_of(tongue, woman, place);
                let before = seen.insert(plainly(&name, at), (at, place));
                assert!(before.is_none_or(|before| before == (at, place)), "{name} twice");
            }
        }
    }
}

#[test]
fn a_stride_visits_every_place() {
    for tongue in TONGUES {
        let roots = tongue.heads.len() * tongue.tails.len();
        let visited: HashSet<usize> = (0..roots).map(|at| at * stride(roots) % roots).collect();
        assert_eq!(visited.len(), roots);
    }
}

#[test]
fn half_a_million_companies_have_a_domain_each() {
    let mut seen = HashMap::new();
    for company in 0..500_000 {
        let (country, number) = home(company);
        let mut chance = Chance::new(3, Purpose::Names, company);
        let industry = Industry::ALL[company % 9];
        let name = company_name(country.tongue, number, industry, 11, &mut chance);
        if let Some(before) = seen.insert(name.domain, name.short.clone()) {
            panic!("{} has the domain of {before}", name.short);
        }
    }
}

#[test]
fn shares_of_the_countries_make_a_hundred() {
    assert_eq!(COUNTRIES.iter().map(|country| country.share).sum::<usize>(), 100);
    let german = (0..1000).filter(|company| home(*company).0.code == "DE").count();
    assert_eq!(german, 200);
}

#[test]
fn women_of_some_languages_have_a_form_of_their_own() {
    let place = |tongue: &Tongue, name| tongue.surnames.iter().position(|n| *n == name).unwrap();
    let polish = TONGUES[3];
    assert_eq!(surname_of(polish, true, place(polish, "Falkowski")), "Falkowska");
    assert_eq!(surname_of(polish, true, place(polish, "Śliwa")), "Śliwa");
    let czech = TONGUES[9];
    assert_eq!(surname_of(czech, true, place(czech, "Beránek")), "Beránková");
    assert_eq!(surname_of(czech, true, place(czech, "Fiala")), "Fialová");
    assert_eq!(plainly("Jürgens", 0), "juergens");
    assert_eq!(plainly("van der Aar", 2), "vanderaar");
}

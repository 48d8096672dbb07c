//! What a page weighs the first time it is opened, with its styles, scripts and signs, packed as they are sent.

use std::collections::BTreeSet;

use anyhow::Context as _;

use super::super::real;
use super::client::Client;

/// Opens every page to which the menu leads, and a record of each kind; tells what each weighs.
pub(super) fn run(
    browser: &mut Client,
    figure: &mut dyn FnMut(&str, f64, &'static str),
) -> anyhow::Result<()> {
    let list = browser.text("GET", "/people", None)?;
    let menu = list.split("</nav>").next().unwrap_or_default();
    let mut pages: BTreeSet<String> =
        among(menu, "href=\"").into_iter().filter(|href| is_page(href)).collect();
    pages.insert("/people".to_owned());
    let person = among(&list, "href=\"").into_iter().find(|href| href.starts_with("/people/per_"));
    let person = person.context("the list of people has nobody")?;
    let record = browser.text("GET", &person, None)?;
    let company = among(&record, "href=\"").into_iter().find(|at| at.starts_with("/companies/co"));
    let records = [("/people/…", Some(person)), ("/companies/…", company)];
    let mut heaviest = (0.0, String::new());
    let pages = pages.into_iter().map(|page| (page.clone(), page));
    let records = records.into_iter().filter_map(|(name, page)| Some((name.to_owned(), page?)));
    for (name, page) in pages.chain(records) {
        let text = browser.text("GET", &page, None)?;
        let mut parts: BTreeSet<String> = among(&text, "src=\"").into_iter().collect();
        parts.extend(among(&text, "href=\"").into_iter().filter(|href| is_part(href)));
        let mut bytes = browser.packed(&page)?;
        for part in parts.iter().filter(|part| part.starts_with('/')) {
            bytes += browser.packed(part)?;
        }
        let weight = real(bytes) / 1000.0;
        eprintln!("{name} weighs {weight:.1} kB");
        if weight > heaviest.0 {
            heaviest = (weight, name);
        }
    }
    figure(&format!("first load, the heaviest page ({})", heaviest.1), heaviest.0, "kB");
    Ok(())
}

/// The values of an attribute in a text of HTML, without what stands behind `#`.
fn among(text: &str, attribute: &str) -> Vec<String> {
    let values = text.split(attribute).skip(1).filter_map(|rest| rest.split('"').next());
    let whole = |value: &str| value.split('#').next().unwrap_or_default().replace("&amp;", "&");
    values.map(whole).filter(|value| !value.is_empty()).collect()
}

fn is_part(href: &str) -> bool {
    let path = href.split('?').next().unwrap_or_default();
    [".css", ".js", ".svg", ".woff2", ".webmanifest"].iter().any(|end| path.ends_with(end))
}

fn is_page(href: &str) -> bool {
    href.starts_with('/') && !href.starts_with("//") && !is_part(href)
}

//! What is doubtful about a definition that can be read: names that nobody knows, near one that is known.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::places::{Places, places, table_of};
use super::read::Reader;
use crate::condition::Fault;
use crate::condition::doubts::{self, Vocabulary};

/// Names in the conditions of a definition, in the kinds of its points and in what its gates stand before, that are
/// not known but lie near one that is, each with its place in the text. Nothing of a text that can't be read.
pub fn doubts(text: &str, known: &Vocabulary) -> Vec<Fault> {
    let Ok(Places { conditions, .. }) = places(text) else { return Vec::new() };
    let Ok(document) = DeTable::parse(text) else { return Vec::new() };
    let mut found = Vec::new();
    for placed in &conditions {
        if let Ok(condition) = &placed.condition {
            let inside = doubts::doubts(&placed.text, condition, known);
            found.extend(inside.into_iter().map(|doubt| doubt.within(text, placed.inside)));
        }
    }
    let mut kind = |kind: &str, byte: usize| found.extend(known.doubt_kind(text, byte, kind));
    let table = document.get_ref();
    for (_, score) in table.get("scores").and_then(table_of).into_iter().flatten() {
        let points = table_of(score).and_then(|score| score.get("points"));
        for item in points.and_then(|points| points.get_ref().as_array()).into_iter().flatten() {
            let Some(on) = table_of(item).and_then(|item| item.get("on")) else { continue };
            let several = on.get_ref().as_array();
            let kinds = several.into_iter().flatten().chain(several.is_none().then_some(on));
            for one in kinds {
                if let DeValue::String(name) = Spanned::get_ref(one) {
                    kind(name, Reader::of(text).inside(one));
                }
            }
        }
    }
    for (name, _) in table.get("gates").and_then(table_of).into_iter().flatten() {
        kind(name.get_ref(), name.span().start);
    }
    found.sort_by_key(|doubt| (doubt.line, doubt.column));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packs;

    fn known() -> Vocabulary {
        Vocabulary::of_facts(["person.email", "person.title", "company.employees"])
    }

    #[test]
    fn each_doubt_stands_where_the_name_stands() {
        let text = r#"name = "Doubtful"
[scores.engagement]
points = [ { on = "page.veiwed", add = 1 }, { on = ["form.submitted", "email.repleid"], where = 'chanel == "web"', add = 2 } ]
[stages.lead]
enter = 'known(person.emial)'
[stages.prospect]
enter = """
did("email.replied") ||
  company.employes > 10"""
[gates]
"deal.opend" = 'known(person.title)'
"#;
        let found: Vec<String> = doubts(text, &known()).iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            [
                "line 3, column 20: nothing here is called \"page.veiwed\"; did you mean \"page.viewed\"?",
                "line 3, column 72: nothing here is called \"email.repleid\"; did you mean \"email.replied\"?",
                "line 3, column 98: nothing here is called chanel; did you mean channel?",
                "line 5, column 16: nothing here is called person.emial; did you mean person.email?",
                "line 9, column 3: nothing here is called company.employes; did you mean company.employees?",
                "line 11, column 1: nothing here is called \"deal.opend\"; did you mean \"deal.opened\"?",
            ]
        );
        assert_eq!(doubts("name = ", &known()), []);
    }

    #[test]
    fn no_pack_is_doubtful() {
        for (name, text) in packs::ALL {
            assert_eq!(doubts(text, &known()), [], "{name}");
        }
    }
}

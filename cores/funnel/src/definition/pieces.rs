//! Pieces put into the text of a definition, and taken out of it, while everything else, comments too, stays as it
//! was written.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

use super::places::{Place, Placed, Unplaced, Value, places, quoted, table_of};

/// A piece of which a definition may have any number.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// What must hold for an activity to count; begins as "always".
    Gate {
        /// For which activity.
        activity: String,
    },
    /// A kind of lead; begins as nobody's.
    Kind {
        /// Its name.
        name: String,
    },
    /// Points while a condition holds; begins as "never".
    PointsWhen {
        /// Of which score.
        score: String,
        /// How many.
        add: f64,
    },
    /// Points each time that something happens, if what it carries is so; begins as "always".
    PointsOn {
        /// Of which score.
        score: String,
        /// How many.
        add: f64,
        /// For which activity.
        activity: String,
    },
}

/// Puts a piece into the text, after those of its sort; gives the new text, and the way to the piece's condition.
///
/// # Errors
/// [`Unplaced`] if there is such a piece already, or the text is written so that it has to be added by hand.
pub fn add(text: &str, piece: &Piece) -> Result<(String, Place), Unplaced> {
    places(text).map_err(Unplaced::Text)?;
    let document = DeTable::parse(text).map_err(|_| Unplaced::NoPlace)?;
    let table = document.get_ref();
    let place = |keys: &[&str]| keys.iter().map(|&key| key.to_owned()).collect::<Place>();
    let (new, place) = match piece {
        Piece::Gate { activity } => {
            (with_entry(text, table, "gates", activity, "true")?, place(&["gates", activity]))
        }
        Piece::Kind { name } => {
            (with_entry(text, table, "kinds", name, "false")?, place(&["kinds", name]))
        }
        Piece::PointsWhen { score, add } => {
            let item = format!("{{ when = 'false', add = {add} }}");
            let (new, number) = with_points(text, table, score, &item)?;
            (new, place(&["scores", score, "points", &number.to_string(), "when"]))
        }
        Piece::PointsOn { score, add, activity } => {
            let on = quoted(activity, "\"");
            let item = format!("{{ on = {on}, where = 'true', add = {add} }}");
            let (new, number) = with_points(text, table, score, &item)?;
            (new, place(&["scores", score, "points", &number.to_string(), "where"]))
        }
    };
    // What was written is read again: it says what it said, and the piece.
    let (before, after) = (placed(text)?, placed(&new)?);
    let is_there = after.iter().any(|placed| placed.place == place);
    if is_there && after.len() == before.len() + 1 { Ok((new, place)) } else { Err(by_hand()) }
}

/// Whether the piece to which a condition belongs can be taken out.
pub fn can_remove(place: &[String]) -> bool {
    matches!(piece_of(place), Some([_, ..]))
}

/// The text without the piece to which a condition belongs.
///
/// # Errors
/// [`Unplaced`] if there is none, or it can't be taken out.
pub fn remove(text: &str, place: &[String]) -> Result<String, Unplaced> {
    let before = placed(text)?;
    let Some(piece) = piece_of(place).filter(|_| before.iter().any(|it| it.place == place)) else {
        return Err(Unplaced::NoPlace);
    };
    let document = DeTable::parse(text).map_err(|_| Unplaced::NoPlace)?;
    let bytes = match piece {
        [part, name] => entry_bytes(text, document.get_ref(), part, name)?,
        way => item_bytes(text, document.get_ref(), way)?,
    };
    let mut new = text.to_owned();
    new.replace_range(bytes, "");
    let after = placed(&new)?;
    let gone = before.iter().filter(|it| it.place.starts_with(piece)).count();
    if after.len() + gone == before.len() { Ok(new) } else { Err(by_hand()) }
}

/// The way to what is taken out with a condition: an entry of a table, or an item of a list.
fn piece_of(place: &[String]) -> Option<&[String]> {
    match place {
        [part, _] if part == "gates" || part == "kinds" => Some(place),
        [way @ .., _] if way.last().is_some_and(|key| is_number(key)) => Some(way),
        [.., last] if place.len() > 2 && is_number(last) => Some(place),
        _ => None,
    }
}

fn is_number(key: &str) -> bool {
    key.parse::<usize>().is_ok()
}

fn placed(text: &str) -> Result<Vec<Placed>, Unplaced> {
    places(text).map(|found| found.conditions).map_err(Unplaced::Text)
}

fn by_hand() -> Unplaced {
    Unplaced::ByHand("it is written here so that it has to be changed in the text".to_owned())
}

/// With `name = 'condition'` in a table.
fn with_entry(
    text: &str,
    table: &DeTable<'_>,
    part: &str,
    name: &str,
    condition: &str,
) -> Result<String, Unplaced> {
    if name.is_empty() {
        return Err(Unplaced::ByHand("it needs a name".to_owned()));
    }
    let line = format!("{} = '{condition}'\n", key(name));
    let Some(found) = table.get(part) else {
        let gap = if text.is_empty() { "" } else { "\n" };
        return Ok(format!("{}{gap}[{part}]\n{line}", ended(text)));
    };
    let entries = table_of(found).ok_or_else(by_hand)?;
    if entries.get(name).is_some() {
        return Err(Unplaced::ByHand(format!("there is {name} already, in [{part}]")));
    }
    let header = header(text, part).ok_or_else(by_hand)?;
    let last = entries.iter().map(|(_, value)| value.span().end).max();
    Ok(with_line(text, last.unwrap_or(header).max(header), &line))
}

/// With one more item of points, and its number.
fn with_points(
    text: &str,
    table: &DeTable<'_>,
    score: &str,
    item: &str,
) -> Result<(String, usize), Unplaced> {
    let scores = table.get("scores").and_then(table_of);
    let Some(rule) = scores.and_then(|scores| scores.get(score)) else {
        let header = format!("[scores.{}]", key(score));
        return Ok((format!("{}\n{header}\npoints = [ {item} ]\n", ended(text)), 0));
    };
    let Some(points) = table_of(rule).and_then(|rule| rule.get("points")) else {
        let at = header(text, &format!("scores.{score}")).ok_or_else(by_hand)?;
        return Ok((with_line(text, at, &format!("points = [ {item} ]\n")), 0));
    };
    let DeValue::Array(items) = points.get_ref() else { return Err(by_hand()) };
    let mut new = text.to_owned();
    let Some(last) = items.iter().map(toml::Spanned::span).next_back() else {
        new.replace_range(points.span(), &format!("[ {item} ]"));
        return Ok((new, 0));
    };
    let after = text.get(last.end..points.span().end).unwrap_or_default();
    let (rest, comma) = match after.strip_prefix(',') {
        Some(rest) => (rest, last.end + 1),
        None => (after, last.end),
    };
    match rest.find('\n') {
        // Below the last one, and below what is said of it on its line.
        Some(end) => {
            let start = text.get(..last.start).and_then(|it| it.rfind('\n')).map_or(0, |it| it + 1);
            let lead = text.get(start..last.start).unwrap_or_default();
            let indent: String = lead.chars().take_while(|c| c.is_whitespace()).collect();
            let indent = if lead.trim().is_empty() { indent } else { "  ".to_owned() };
            new.insert_str(comma + end, &format!("\n{indent}{item},"));
        }
        None => new.insert_str(comma, &format!(" {item}")),
    }
    if comma == last.end {
        new.insert(comma, ',');
    }
    Ok((new, items.len()))
}

/// The bytes of an entry of a table, whole lines.
fn entry_bytes(
    text: &str,
    table: &DeTable<'_>,
    part: &str,
    name: &str,
) -> Result<Range<usize>, Unplaced> {
    header(text, part).ok_or_else(by_hand)?;
    let entries = table.get(part).and_then(table_of).ok_or(Unplaced::NoPlace)?;
    let found = entries.iter().find(|(key, _)| key.get_ref().as_ref() == name);
    let (key, value) = found.ok_or(Unplaced::NoPlace)?;
    let start = text.get(..key.span().start).and_then(|it| it.rfind('\n')).map_or(0, |it| it + 1);
    Ok(start..line_end(text, value.span().end))
}

/// The bytes of an item of a list: with its comma, and with its line if it has one for itself.
fn item_bytes(text: &str, table: &DeTable<'_>, way: &[String]) -> Result<Range<usize>, Unplaced> {
    let (number, way) = way.split_last().ok_or(Unplaced::NoPlace)?;
    let number: usize = number.parse().map_err(|_| Unplaced::NoPlace)?;
    let (first, inner) = way.split_first().ok_or(Unplaced::NoPlace)?;
    let mut value: &Value<'_> = table.get(first.as_str()).ok_or(Unplaced::NoPlace)?;
    for key in inner {
        value = table_of(value).and_then(|it| it.get(key.as_str())).ok_or(Unplaced::NoPlace)?;
    }
    let DeValue::Array(items) = value.get_ref() else { return Err(Unplaced::NoPlace) };
    let item = items.get(number).ok_or(Unplaced::NoPlace)?.span();
    let before = number.checked_sub(1).and_then(|number| items.get(number));
    let after = text.get(item.end..value.span().end).unwrap_or_default();
    let has_comma = after.trim_start().starts_with(',');
    let line = text.get(..item.start).and_then(|it| it.rfind('\n')).map_or(0, |it| it + 1);
    let owns_line = text.get(line..item.start).is_some_and(|lead| lead.trim().is_empty())
        && after.trim_start_matches([',', ' ']).starts_with(['\n', '#']);
    if owns_line {
        return Ok(line..line_end(text, item.end));
    }
    if has_comma {
        let comma = item.end + after.find(',').map_or(0, |at| at + 1);
        let space = text.get(comma..).unwrap_or_default();
        let space = space.len() - space.trim_start_matches(' ').len();
        return Ok(item.start..comma + space);
    }
    // The last one takes the comma before it along.
    Ok(before.map_or(item.start, |it| it.span().end)..item.end)
}

/// Where the line of a table's header ends.
fn header(text: &str, name: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let code = line.split('#').next().unwrap_or_default().trim();
        let inside = code.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        if inside.is_some_and(|it| it.split_whitespace().collect::<String>() == name) {
            return Some(at + code_len(line));
        }
        at += line.len();
    }
    None
}

fn code_len(line: &str) -> usize {
    line.trim_end_matches(['\n', '\r']).len()
}

/// With a line below the one in which a byte stands.
fn with_line(text: &str, byte: usize, line: &str) -> String {
    let text = ended(text);
    let end = line_end(&text, byte);
    let (before, after) = text.split_at_checked(end).unwrap_or((&text, ""));
    format!("{before}{line}{after}")
}

/// Behind the end of the line in which a byte stands.
fn line_end(text: &str, byte: usize) -> usize {
    text.get(byte..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| byte + at + 1)
}

/// A text that ends with a line.
fn ended(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

/// A key as TOML writes it.
fn key(name: &str) -> String {
    let is_bare = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.chars().all(is_bare) { name.to_owned() } else { quoted(name, "\"") }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"name = "One" # of mine

[scores.fit]
points = [
    { when = 'known(person.email)', add = 10 }, # reachable
    { when = 'company.employees > 10', add = 20 } # large
]

[scores.engagement]
points = [ { on = "page.viewed", add = 1 } ]

[kinds] # of leads
MQL = 'score.fit > 10' # ours

[stages.lead]
enter = 'true'
"#;

    fn gate(activity: &str) -> Piece {
        Piece::Gate { activity: activity.to_owned() }
    }

    fn points(score: &str, add: f64) -> Piece {
        Piece::PointsWhen { score: score.to_owned(), add }
    }

    #[test]
    fn a_piece_stands_after_those_of_its_sort() {
        let rows = [
            (
                gate("deal.opened"),
                "enter = 'true'\n",
                "enter = 'true'\n\n[gates]\n\"deal.opened\" = 'true'\n",
            ),
            (Piece::Kind { name: "IQL".to_owned() }, "# ours\n", "# ours\nIQL = 'false'\n"),
            (
                points("fit", 5.0),
                "add = 20 } # large\n",
                "add = 20 }, # large\n    { when = 'false', add = 5 },\n",
            ),
            (
                points("engagement", 2.5),
                "add = 1 } ]",
                "add = 1 }, { when = 'false', add = 2.5 } ]",
            ),
            (
                Piece::PointsOn {
                    score: "engagement".to_owned(),
                    add: 3.0,
                    activity: "demo.requested".to_owned(),
                },
                "add = 1 } ]",
                "add = 1 }, { on = \"demo.requested\", where = 'true', add = 3 } ]",
            ),
            (
                points("intent", -1.0),
                "enter = 'true'\n",
                "enter = 'true'\n\n[scores.intent]\npoints = [ { when = 'false', add = -1 } ]\n",
            ),
        ];
        for (piece, before, after) in rows {
            let (new, place) = add(TEXT, &piece).unwrap();
            assert_eq!(new, TEXT.replacen(before, after, 1), "{piece:?}");
            assert!(can_remove(&place), "{place:?}");
            let found = places(&new).unwrap().conditions;
            assert!(found.iter().any(|it| it.place == place && it.condition.is_ok()), "{piece:?}");
            // Twice, and out again.
            let (twice, second) = match piece {
                Piece::Gate { .. } => add(&new, &gate("deal.won")).unwrap(),
                Piece::Kind { .. } => add(&new, &Piece::Kind { name: "a b".to_owned() }).unwrap(),
                ref points => add(&new, points).unwrap(),
            };
            assert_eq!(remove(&twice, &second).unwrap(), new, "{piece:?}");
        }
    }

    #[test]
    fn a_piece_is_taken_out_with_its_line() {
        let place = |way: &str| way.split(' ').map(str::to_owned).collect::<Place>();
        let rows = [
            ("kinds MQL", "MQL = 'score.fit > 10' # ours\n", ""),
            (
                "scores fit points 0 when",
                "    { when = 'known(person.email)', add = 10 }, # reachable\n",
                "",
            ),
            (
                "scores fit points 1 when",
                "    { when = 'company.employees > 10', add = 20 } # large\n",
                "",
            ),
        ];
        for (way, before, after) in rows {
            let new = remove(TEXT, &place(way)).unwrap();
            assert_eq!(new, TEXT.replacen(before, after, 1), "{way}");
        }
        assert_eq!(remove(TEXT, &place("stages lead enter")), Err(Unplaced::NoPlace));
        assert_eq!(remove(TEXT, &place("kinds IQL")), Err(Unplaced::NoPlace));
        let listed = "[exits.recycled]\nenter = [ 'person.a == 1', { when = 'person.a == 2', reason = \"two\" } ]\n";
        assert_eq!(
            remove(listed, &place("exits recycled enter 0")).unwrap(),
            "[exits.recycled]\nenter = [ { when = 'person.a == 2', reason = \"two\" } ]\n"
        );
        assert_eq!(
            remove(listed, &place("exits recycled enter 1 when")).unwrap(),
            "[exits.recycled]\nenter = [ 'person.a == 1' ]\n"
        );
    }

    #[test]
    fn what_is_written_otherwise_is_left_to_the_hand() {
        let rows = [
            ("gates = { \"deal.won\" = 'true' }\n", gate("deal.opened")),
            ("[gates]\n\"deal.won\" = 'true'\n", gate("deal.won")),
            ("gates.\"deal.won\" = 'true'\n", gate("deal.opened")),
            ("scores = { fit = { } }\n", points("fit", 1.0)),
            ("", gate("")),
        ];
        for (text, piece) in rows {
            assert!(matches!(add(text, &piece), Err(Unplaced::ByHand(_))), "{text}");
        }
        assert!(matches!(add("a = ", &gate("deal.won")), Err(Unplaced::Text(_))));
        assert_eq!(add("", &gate("deal.won")).unwrap().0, "[gates]\n\"deal.won\" = 'true'\n");
    }
}

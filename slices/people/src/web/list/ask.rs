//! What an address asks of a list, and the addresses of lists that ask for something else.

use serde::Deserialize;

use super::columns::Column;
use super::encode;
use crate::Of;
use crate::lists::LIST;
use crate::of::Kept;
use crate::segment::SEGMENT;
use crate::views::{Shows, ViewRow};

/// The word for everybody, for whoever's list begins with a view.
pub(super) const ALL: &str = "all";

/// What is asked of the list; each empty where what is usual will do.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Ask {
    /// Of which list it is asked; the page says it, not the address.
    #[serde(skip)]
    pub(super) of: Of,
    /// A stage.
    pub(super) stage: String,
    /// The order.
    pub(super) sort: String,
    /// `asc` or `desc`.
    pub(super) dir: String,
    /// Where the page before ended.
    pub(super) after: String,
    /// A name or an address.
    pub(super) q: String,
    /// For which stage what is missing is shown.
    pub(super) missing: String,
    /// A condition in the text form.
    #[serde(rename = "where")]
    pub(super) condition: String,
    /// Words of columns, with commas between.
    pub(super) cols: String,
    /// One column more.
    pub(super) col: String,
    /// How close the rows stand.
    pub(super) density: String,
    /// A saved view, by its public id; `all` for none, whatever one's list begins with.
    pub(super) view: String,
    /// `1` if something else than the view is shown.
    pub(super) changed: String,
    /// A segment or a list, by its public id: of that alone.
    #[serde(rename = "in")]
    pub(super) within: String,
    /// A change of many that was asked for here.
    pub(super) told: String,
}

impl Ask {
    /// What is asked, by its name in an address. Where the page begins is not among it.
    pub(super) fn kept(&self) -> Vec<(&'static str, String)> {
        let parts = [
            ("stage", &self.stage),
            ("where", &self.condition),
            ("sort", &self.sort),
            ("dir", &self.dir),
            ("q", &self.q),
            ("missing", &self.missing),
            ("cols", &self.cols),
            ("density", &self.density),
            ("view", &self.view),
            ("changed", &self.changed),
        ];
        let said = parts.into_iter().filter(|(_, value)| !value.is_empty());
        said.map(|(name, value)| (name, value.clone())).collect()
    }

    /// Where the list is.
    pub(super) fn base(&self) -> String {
        match self.within.split_once('_') {
            Some((SEGMENT, _)) => format!("/segments/{}", encode(&self.within)),
            Some((LIST, _)) => format!("/lists/{}", encode(&self.within)),
            _ => self.of.page().to_owned(),
        }
    }

    /// The address; what is usual is left out.
    pub(super) fn href(&self) -> String {
        self.href_at(&self.base(), &[("after", &self.after)])
    }

    /// The address of something that is asked about this list: of `count` it is `/people/count`.
    pub(super) fn asking(&self, what: &str) -> String {
        self.href_at(&format!("{}/{what}", self.of.page()), &[("in", &self.within)])
    }

    fn href_at(&self, base: &str, more: &[(&'static str, &str)]) -> String {
        let more = more.iter().filter(|(_, value)| !value.is_empty());
        let said: Vec<String> = self
            .kept()
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .chain(more.copied())
            .map(|(name, value)| format!("{name}={}", encode(value)))
            .collect();
        if said.is_empty() { base.to_owned() } else { format!("{base}?{}", said.join("&")) }
    }

    /// Takes up what a view shows, unless the address says something else already.
    pub(super) fn take(&mut self, view: &ViewRow) {
        if self.changed.is_empty() {
            let Shows { stage, condition, sort, dir, missing, cols, density } = view.shows.clone();
            (self.stage, self.condition, self.sort, self.dir) = (stage, condition, sort, dir);
            (self.missing, self.cols, self.density) = (missing, cols, density);
        }
    }

    /// Whether it asks for nothing at all.
    pub(super) fn is_empty(&self) -> bool {
        self.kept().is_empty() && self.after.is_empty() && self.col.is_empty()
    }

    /// The address of the same list, from its beginning, with some of it changed.
    pub(super) fn but(&self, change: impl FnOnce(&mut Ask)) -> String {
        let mut other = Ask { after: String::new(), ..self.clone() };
        change(&mut other);
        if !other.view.is_empty() && other.view != ALL {
            other.changed = "1".to_owned();
        }
        other.href()
    }

    /// The columns beside the name, in order.
    pub(super) fn columns(&self) -> Vec<Column> {
        let mut columns: Vec<Column> = match self.cols.as_str() {
            "" => Column::usual(self.of).to_vec(),
            "none" => Vec::new(),
            words => words.split(',').filter_map(|word| Column::parse(self.of, word)).collect(),
        };
        columns.extend(Column::parse(self.of, self.col.trim()));
        let mut seen = Vec::new();
        columns.retain(|column| {
            let is_new = !seen.contains(column);
            seen.push(column.clone());
            is_new
        });
        columns.truncate(COLUMNS_MAX);
        columns
    }
}

/// Columns that a list shows at most.
const COLUMNS_MAX: usize = 30;

/// The columns as an address says them; empty if they are the usual ones.
pub(super) fn cols(of: Of, columns: &[Column]) -> String {
    if columns == Column::usual(of) {
        return String::new();
    }
    if columns.is_empty() {
        return "none".to_owned();
    }
    columns.iter().map(Column::word).collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_only_what_is_not_usual() {
        let ask = Ask { q: "ann & co".into(), ..Ask::default() };
        assert_eq!(Ask { q: String::new(), ..ask.clone() }.href(), "/people");
        let leads = ask.but(|ask| ask.stage = "lead".into());
        assert_eq!(leads, "/people?stage=lead&q=ann%20%26%20co");
        let ask = Ask { after: "i7~1".into(), ..ask };
        assert_eq!(ask.but(|ask| ask.q.clear()), "/people");
        assert!(ask.href().ends_with("&after=i7~1"), "{}", ask.href());
    }

    #[test]
    fn a_view_is_taken_up_until_something_else_is_asked() {
        let shows = Shows { stage: "lead".into(), sort: "fit".into(), ..Shows::default() };
        let view = ViewRow {
            id: 1,
            name: "Leads".into(),
            of: crate::Of::People,
            owner: None,
            is_shared: true,
            shows,
            is_first: false,
        };
        let mut ask = Ask { view: "viw_1".into(), ..Ask::default() };
        ask.take(&view);
        let other = ask.but(|ask| ask.stage.clear());
        assert_eq!(other, "/people?sort=fit&view=viw_1&changed=1");
        let mut ask = Ask { view: "viw_1".into(), changed: "1".into(), ..Ask::default() };
        ask.take(&view);
        assert_eq!(ask.stage, "");
        let ask = Ask { within: "seg_1".into(), ..ask };
        assert_eq!(ask.asking("count"), "/people/count?view=viw_1&changed=1&in=seg_1");
        assert!(ask.href().starts_with("/segments/seg_1?"));
    }

    #[test]
    fn columns_are_those_of_the_address_each_once() {
        let ask = Ask { cols: "fit,stage,fit,person.country,nonsense".into(), ..Ask::default() };
        let columns = ask.columns();
        assert_eq!(cols(Of::People, &columns), "fit,stage,person.country");
        assert_eq!(cols(Of::People, &Ask::default().columns()), "");
        let more = Ask { col: "person.custom.plan".into(), ..ask };
        assert_eq!(
            cols(Of::People, &more.columns()),
            "fit,stage,person.country,person.custom.plan"
        );
        assert_eq!(Ask { cols: "none".into(), ..Ask::default() }.columns(), []);
    }

    #[test]
    fn companies_have_columns_and_addresses_of_their_own() {
        let words = "fit,people,company.custom.region,person.title";
        let ask = Ask { of: Of::Companies, cols: words.into(), ..Ask::default() };
        assert_eq!(cols(Of::Companies, &ask.columns()), "people,company.custom.region");
        assert_eq!(ask.but(|ask| ask.cols.clear()), "/companies");
        assert_eq!(Ask { cols: String::new(), ..ask }.asking("count"), "/companies/count");
    }
}

//! A backtest held against a plain computation over the files that the workspace was made of: those of Olist, a real
//! funnel. Files of their shape are invented here; `cargo xtask olist --data FOLDER` takes the real ones.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use moment::{DAY_US, Moment, Span};
use serde_json::Value;

use crate::program::Program;

const LEADS: &str = "olist_marketing_qualified_leads_dataset.csv";
const DEALS: &str = "olist_closed_deals_dataset.csv";

/// The rows of a file, each by the names of its columns; a comma within quotes is one of the text.
fn rows(file: &Path) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(file).unwrap();
    let mut lines = text.lines().map(|line| {
        let mut quoted = false;
        let cells = line.split(|letter| {
            quoted ^= letter == '"';
            letter == ',' && !quoted
        });
        cells.map(|cell| cell.trim_matches('"').to_owned()).collect::<Vec<_>>()
    });
    let names = lines.next().unwrap();
    let row = |cells: Vec<String>| {
        assert_eq!(cells.len(), names.len(), "{cells:?}");
        names.iter().cloned().zip(cells).collect()
    };
    lines.map(row).collect()
}

/// A day, or a day and a time, in UTC.
fn moment(text: &str) -> Moment {
    let (day, time) = text.split_once(' ').unwrap_or((text, "00:00:00"));
    format!("{day}T{time}Z").parse().unwrap()
}

/// What is known of a lead.
#[derive(Debug, Default)]
struct Lead {
    /// When they submitted a form, and whether it said where they came from.
    forms: Vec<(Moment, bool)>,
    /// When their first deal was won.
    won_at: Option<Moment>,
}

fn read(folder: &Path, until: Moment) -> BTreeMap<String, Lead> {
    let mut leads: BTreeMap<String, Lead> = BTreeMap::new();
    for row in rows(&folder.join(LEADS)) {
        let (at, origin) = (moment(&row["first_contact_date"]), row["origin"].as_str());
        let lead = leads.entry(row["mql_id"].clone()).or_default();
        if at <= until {
            lead.forms.push((at, !origin.is_empty() && origin != "unknown"));
        }
    }
    for row in rows(&folder.join(DEALS)) {
        let at = moment(&row["won_date"]);
        let lead = leads.entry(row["mql_id"].clone()).or_default();
        if at <= until {
            lead.won_at = Some(lead.won_at.map_or(at, |won_at| won_at.min(at)));
        }
    }
    leads
}

/// What a stage comes to, counted by hand.
#[derive(Debug, Default, PartialEq, Eq)]
struct Counted {
    called: u64,
    won: u64,
    too_recent: u64,
    /// The quartiles of the days from the call to the win, each the one of its rank.
    lead_days: Option<[i64; 3]>,
}

/// Counts those who submitted a form that `calls`, before their deal was won.
fn count(
    leads: &BTreeMap<String, Lead>,
    (until, within): (Moment, Option<Span>),
    calls: impl Fn(bool) -> bool,
) -> Counted {
    let mut counted = Counted::default();
    let mut days = Vec::new();
    for lead in leads.values() {
        let forms = lead.forms.iter().filter(|(_, has_origin)| calls(*has_origin));
        let Some(called_at) = forms.map(|(at, _)| *at).min() else { continue };
        match lead.won_at {
            // Who has bought is a customer, and nobody's call.
            Some(won_at) if won_at < called_at => {}
            Some(won_at) if within.is_none_or(|within| won_at - called_at <= within) => {
                counted.called += 1;
                counted.won += 1;
                days.push((won_at - called_at).0 / DAY_US);
            }
            _ if within.is_some_and(|within| until - called_at < within) => counted.too_recent += 1,
            _ => counted.called += 1,
        }
    }
    days.sort_unstable();
    let rank = |hundredths: usize| days[(days.len() * hundredths).div_ceil(100).max(1) - 1];
    counted.lead_days = (!days.is_empty()).then(|| [25, 50, 75].map(rank));
    counted
}

/// The share, and where it lies with 95 % confidence: E. B. Wilson, 1927.
fn share(part: u64, whole: u64) -> [f64; 3] {
    let (part, whole, z) = (part as f64, whole as f64, 1.959_963_985_f64);
    let p = part / whole;
    let middle = (p + z * z / (2.0 * whole)) / (1.0 + z * z / whole);
    let half =
        z / (1.0 + z * z / whole) * (p * (1.0 - p) / whole + z * z / (4.0 * whole * whole)).sqrt();
    [p, middle - half, middle + half]
}

/// The workspace of a folder's two files, and what the definition in question comes to there.
fn agrees(program: &Program, folder: &Path) {
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/olist");
    let example = |name: &str| examples.join(name).to_str().unwrap().to_owned();
    for (file, mapping) in [(LEADS, "leads.toml"), (DEALS, "deals.toml")] {
        let file = folder.join(file);
        let args = ["import", file.to_str().unwrap(), "--mapping", &example(mapping), "--json"];
        let told = program.run(&args).must_be_done().json();
        let sum =
            ["created", "updated", "unchanged", "rejected"].map(|of| told[of].as_u64().unwrap());
        assert_eq!(told["in"].as_u64().unwrap(), sum.iter().sum::<u64>(), "in = out");
        assert_eq!(told["rejected"], 0, "{told}");
    }
    program.run(&["definition", "adopt", &example("definition.toml")]).must_be_done();
    let latest = read(folder, Moment::END).into_values();
    let latest = latest.flat_map(|lead| lead.forms.into_iter().map(|(at, _)| at)).max().unwrap();
    let middle = latest - Span::days(30);
    for (until, within) in
        [(None, None), (None, Some(90)), (Some(middle), Some(60)), (Some(middle), None)]
    {
        let mut args =
            vec!["definition".to_owned(), "backtest".to_owned(), example("known-origin.toml")];
        args.extend(until.iter().flat_map(|at: &Moment| ["--until".to_owned(), at.to_string()]));
        args.extend(
            within.iter().flat_map(|days: &i64| ["--within".to_owned(), format!("{days}d")]),
        );
        args.push("--json".to_owned());
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let told = program.run(&args).must_be_done().json();
        let ended: Moment = told["until"].as_str().unwrap().parse().unwrap();
        let leads = read(folder, ended);
        compare(&told, &leads, (ended, within.map(Span::days)), &args);
    }
}

fn compare(
    told: &Value,
    leads: &BTreeMap<String, Lead>,
    asked: (Moment, Option<Span>),
    args: &[&str],
) {
    let winners =
        u64::try_from(leads.values().filter(|lead| lead.won_at.is_some()).count()).unwrap();
    assert_eq!(told["won"], winners, "{args:?}");
    let mut differ = BTreeSet::new();
    for (stage, needs_origin) in [("lead", false), ("prospect", true)] {
        let counted = count(leads, asked, |has_origin| has_origin || !needs_origin);
        let found = &told["stages"][stage];
        let number = |value: &Value| value.as_u64().unwrap();
        let days = |of: &str| found["lead_days"][of].as_i64().unwrap();
        let as_told = Counted {
            called: number(&found["called"]),
            won: number(&found["won"]),
            too_recent: number(&found["too_recent"]),
            lead_days: (!found["lead_days"].is_null()).then(|| ["p25", "median", "p75"].map(days)),
        };
        println!(
            "{stage}, {args:?}: {as_told:?}, precision {}, recall {}",
            found["precision"], found["recall"]
        );
        assert_eq!(as_told, counted, "{stage} {args:?}");
        for (of, whole) in [("precision", counted.called), ("recall", winners)] {
            let interval = &found[format!("{of}_interval")];
            let as_told = [&found[of], &interval["low"], &interval["high"]];
            for (told, by_hand) in as_told.into_iter().zip(share(counted.won, whole)) {
                let apart = (told.as_f64().unwrap() - by_hand).abs();
                assert!(apart < 1e-6, "{stage}, {of}: {told} is not {by_hand}");
            }
        }
        // In force is a definition without prospects: whoever would be one stands elsewhere.
        if needs_origin {
            differ.insert(counted.called + counted.too_recent);
        }
    }
    assert!(differ.contains(&told["differ"].as_u64().unwrap()), "{differ:?}: {}", told["differ"]);
}

/// Files as Olist's: 900 leads, a seventh of whom became sellers.
fn invented(folder: &Path) {
    const ORIGINS: [&str; 5] = ["social", "unknown", "", "paid_search", "organic_search"];
    let day = |number: usize| {
        let at = moment("2017-06-14") + Span::days(i64::try_from(number).unwrap());
        at.to_string().get(..10).unwrap().to_owned()
    };
    let mut leads = "mql_id,first_contact_date,landing_page_id,origin\n".to_owned();
    let mut deals = "mql_id,seller_id,sdr_id,sr_id,won_date,business_segment,lead_type,lead_behaviour_profile,\
                     has_company,has_gtin,average_stock,business_type,declared_product_catalog_size,\
                     declared_monthly_revenue\n"
        .to_owned();
    for n in 0..900_usize {
        let contact = n * 7_919 % 400;
        leads.push_str(&format!("m{n:03},{},page{},{}\n", day(contact), n % 9, ORIGINS[n % 5]));
        if n % 7 == 0 {
            // Some were won on the day of the contact, and one out of a hundred before it.
            let (later, hour) = (n * 104_729 % 120, n % 24);
            let won = if n % 98 == 0 { contact.saturating_sub(3) } else { contact + later };
            deals.push_str(&format!(
                "m{n:03},s{n},d1,r1,{} {hour:02}:30:00,pet,,\"cat, wolf\",,,,reseller,,0.0\n",
                day(won)
            ));
        }
    }
    // A seller whom the leads do not know, and one who sold twice.
    deals.push_str("x1,sx,d1,r1,2018-02-01 10:00:00,pet,,,,,,reseller,,0.0\n");
    deals.push_str("m007,s7,d1,r1,2019-01-01 10:00:00,pet,,,,,,reseller,,0.0\n");
    fs::write(folder.join(LEADS), leads).unwrap();
    fs::write(folder.join(DEALS), deals).unwrap();
}

#[test]
fn a_backtest_agrees_with_a_plain_computation_over_the_files() {
    Program::on_both(|program| {
        let folder = program.file("invented");
        fs::create_dir_all(&folder).unwrap();
        invented(&folder);
        agrees(program, &folder);
    });
}

#[test]
fn a_backtest_agrees_with_a_plain_computation_over_the_files_of_olist() {
    // Not part of the repository: `cargo xtask olist` says where they are, and nothing is claimed without.
    let Some(folder) = std::env::var_os("OLIST").map(PathBuf::from) else { return };
    Program::on_both(|program| agrees(program, &folder));
}

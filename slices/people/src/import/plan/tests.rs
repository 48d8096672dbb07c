//! What rows come to, in a few words each: a mapping, a file, and what is planned or refused.

use wire::table::{Layout, Record, Table};

use super::*;

const NOW: &str = "2026-06-30T12:00:00Z";

fn now() -> Moment {
    NOW.parse().unwrap()
}

fn plans(mapping: &str, file: &str) -> Vec<Result<PlannedRow, Rejection>> {
    let mapping = Mapping::parse(mapping).unwrap();
    let mut table = Table::open(file.as_bytes(), &mapping.layout()).unwrap();
    let planner = Planner::new(&mapping, table.header(), now()).unwrap();
    let mut plans = Vec::new();
    while let Some(record) = table.next().unwrap() {
        let Record::Row(row) = record else { panic!("a row of the test is ragged") };
        plans.push(planner.plan(&row));
    }
    plans
}

fn words(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(value) => value.to_string(),
        Value::Number(value) => value.to_string(),
        Value::Text(text) => text.to_string(),
        Value::List(texts) => texts.join("|"),
        Value::Time(moment) => moment.to_string(),
    }
}

fn fact(fact: &Fact) -> String {
    let suspect = if fact.suspect { " (suspect)" } else { "" };
    format!("{} = {}{suspect}", fact.key, words(&fact.value))
}

/// `keys; facts; of the company: …; activities; notes`, each row one line.
fn said(plan: &Result<PlannedRow, Rejection>) -> String {
    let plan = match plan {
        Ok(plan) => plan,
        Err(rejection) => return format!("rejected: {rejection}"),
    };
    let key = |(kind, value): &(String, String)| format!("{kind}:{value}");
    let mut parts: Vec<String> = plan.keys.iter().map(key).collect();
    parts.extend(plan.facts.iter().map(fact));
    if let Some(company) = &plan.company {
        let keys = company.keys.iter().map(key).collect::<Vec<_>>().join(" ");
        let facts = company.facts.iter().map(fact).collect::<Vec<_>>().join(", ");
        parts.push(format!("company {keys} ({facts})"));
    }
    for planned in &plan.activities {
        let activity = &planned.activity;
        let mut said = format!("{} at {}", activity.kind, planned.occurred_at);
        if planned.recorded_at != now() {
            said.push_str(&format!(" known {}", planned.recorded_at));
        }
        if let Some(campaign) = &activity.campaign {
            said.push_str(&format!(" campaign {campaign}"));
        }
        if let Some(source) = &planned.source {
            said.push_str(&format!(" from {source}"));
        }
        for (name, value) in &activity.properties {
            said.push_str(&format!(" {name}={}", words(value)));
        }
        parts.push(said);
    }
    parts.extend(plan.notes.iter().map(|note| format!("note {note}")));
    parts.join("; ")
}

fn check(mapping: &str, file: &str, expected: &[&str]) {
    let said: Vec<String> = plans(mapping, file).iter().map(said).collect();
    assert_eq!(said, expected, "{mapping}\n{file}");
}

#[test]
fn keys_bring_their_facts_and_are_brought_to_normal_form() {
    let mapping = r#"
        [file]
        country = "DE"
        unknown = ["n/a"]
        [key]
        email = "E-Mail"
        phone = { column = "Tel", unreadable = "leave out" }
        crm_id = "Nr"
    "#;
    check(
        mapping,
        "E-Mail,Tel,Nr\n\
         Ann <Ann@North.example>,030 123456,7\n\
         ,030 123456,\n\
         n/a,,7\n\
         ,,\n\
         m.rossi@,,7\n\
         ,call me,7\n",
        &[
            "email:ann@north.example; phone:+4930123456; crm_id:7; person.email = ann@north.example; \
             person.phone = +4930123456; person.id.crm_id = 7",
            "phone:+4930123456; person.phone = +4930123456",
            "crm_id:7; person.id.crm_id = 7",
            "rejected: E-Mail, Tel, Nr: empty: nothing says whom the row is about",
            "rejected: E-Mail: \"m.rossi@\" is not an e-mail address: nothing stands where the domain \
             should",
            "crm_id:7; person.id.crm_id = 7; note Tel: left out: \"call me\" is not a phone number: \
             it holds what no number has",
        ],
    );
}

#[test]
fn what_means_unknown_in_every_column_is_no_time_either() {
    let mapping = r#"
        [file]
        unknown = ["n/a"]
        [key]
        email = "mail"
        [[activities]]
        kind = "meeting.held"
        at = { column = "met", format = "%d.%m.%Y" }
        recorded = "occurred"
        when = { column = "met", known = true }
    "#;
    check(
        mapping,
        "mail,met\nann@north.example,n/a\nben@north.example,\nira@north.example,soon\n",
        &[
            "email:ann@north.example; person.email = ann@north.example",
            "email:ben@north.example; person.email = ben@north.example",
            "rejected: met: \"soon\" is not a date as %d.%m.%Y has it",
        ],
    );
}

#[test]
fn every_type_is_read_or_rejects_its_row_with_every_reason() {
    let mapping = r#"
        [file]
        decimal = ","
        [key]
        id = "id"
        [facts]
        "person.name" = { columns = ["first", "last"] }
        "company.employees" = { column = "size", unknown = ["?"] }
        "person.custom.vip" = { column = "vip", type = "yes or no" }
        "person.custom.since" = { column = "since", format = "%d.%m.%Y" }
        "company.technologies" = { column = "tech", separator = ";" }
        "person.country" = { column = "land", map = { Germany = "DE" } }
        "person.custom.fair" = { value = 2025 }
    "#;
    let head = "id|first|last|size|vip|since|tech|land\n";
    check(
        mapping,
        &format!(
            "{head}1|Ann| Lind |1.200|ja|30.06.2026| SAP ; ;Oracle|Germany\n\
             2||Lind|?|||;|FR\n\
             3|a@b|x|ca. 200|maybe|31.06.2026||\n"
        ),
        &[
            "id:1; person.name = Ann Lind; company.employees = 1200; person.custom.vip = true; \
             person.custom.since = 2026-06-30T00:00:00Z; company.technologies = SAP|Oracle; \
             person.country = DE; person.custom.fair = 2025; person.id.id = 1",
            "id:2; person.name = Lind; person.country = FR; person.custom.fair = 2025; person.id.id = 2",
            "rejected: first + last: \"a@b x\" is not a name: it is an address; \
             size: \"ca. 200\" is not a number; vip: \"maybe\" is neither yes nor no; \
             since: \"31.06.2026\" is no day or time that there is",
        ],
    );
}

#[test]
fn a_row_that_names_its_company_gives_it_its_facts() {
    let mapping = r#"
        [key]
        id = "id"
        [company]
        domain = "web"
        name = "firm"
        [facts]
        "company.industry" = "industry"
        "person.title" = "title"
    "#;
    check(
        mapping,
        "id,web,firm,industry,title\n\
         1,https://www.North.example/,North GmbH,food,COO\n\
         2,ann@gmail.com,North Ltd.,food,\n\
         3,,,food,COO\n",
        &[
            "id:1; person.title = COO; person.id.id = 1; company domain:north.example name:north \
             (company.industry = food, company.domain = north.example, company.name = North GmbH)",
            "id:2; person.id.id = 2; company name:north (company.industry = food, \
             company.name = North Ltd.)",
            "id:3; company.industry = food; person.title = COO; person.id.id = 3",
        ],
    );
}

#[test]
fn letters_of_mixed_scripts_are_held_and_not_believed() {
    check(
        "[key]\nemail = \"mail\"\n[facts]\n\"company.industry\" = \"industry\"\n",
        "mail,industry\nbruno.k\u{435}llerhof@n\u{43e}rdkost.example,f\u{43e}\u{43e}d\nanna@почта.рф,Еда\n",
        &[
            "email:bruno.k\u{435}llerhof@n\u{43e}rdkost.example; \
             company.industry = f\u{43e}\u{43e}d (suspect); \
             person.email = bruno.k\u{435}llerhof@n\u{43e}rdkost.example (suspect); \
             note industry: held, and not believed: \"f\u{43e}\u{43e}d\" mixes Latin and Cyrillic letters; \
             note mail: held, and not believed: \"k\u{435}llerhof\" mixes Latin and Cyrillic letters",
            "email:anna@почта.рф; company.industry = Еда; person.email = anna@почта.рф",
        ],
    );
}

#[test]
fn activities_have_their_time_their_campaign_and_what_they_carry() {
    let mapping = r#"
        [file]
        zone = "Europe/Berlin"
        [key]
        id = "id"
        [[activities]]
        kind = "meeting.held"
        at = { columns = ["day", "time"], format = "%d.%m.%Y %H:%M" }
        recorded = "occurred"
        campaign = { value = "Fair" }
        source = "from"
        properties = { says = { column = "says", map = { ja = "interested" } } }
        when = { column = "day", known = true }
        [[activities]]
        kind = "deal.won"
        at = { column = "won", format = "%d.%m.%Y" }
        recorded = { column = "noted", format = "%d.%m.%Y" }
        amount = { column = "value", currency = { value = "EUR" } }
        when = { column = "state", is = ["won", "Won"] }
    "#;
    check(
        mapping,
        "id;day;time;from;says;won;noted;value;state\n\
         1;22.06.2026;14:30;mail;ja;;;;\n\
         2;;;;;24.06.2026;25.06.2026;1.200,50;won\n\
         3;;;;;24.06.2026;20.06.2026;;Won\n\
         4;;;;;24.06.2026;;1200.505;open\n\
         5;;;;;;;;won\n\
         6;;;;;24.06.2026;;1,005;won\n\
         7;;;;;24.06.2028;;;won\n\
         8;;;;;24.06.2026;;$ 5;won\n\
         9;;;;;24.06.2026;;£ 5;won\n",
        &[
            "id:1; person.id.id = 1; meeting.held at 2026-06-22T12:30:00Z known 2026-06-22T12:30:00Z \
             campaign Fair from mail says=interested",
            "id:2; person.id.id = 2; deal.won at 2026-06-23T22:00:00Z known 2026-06-24T22:00:00Z \
             amount_minor=120050 currency=EUR",
            "id:3; person.id.id = 3; deal.won at 2026-06-23T22:00:00Z known 2026-06-23T22:00:00Z",
            "id:4; person.id.id = 4",
            "rejected: won: empty: nothing says when deal.won happened",
            "rejected: value: \"1,005\" may be 1005 or a fraction; say decimal = \".\" or decimal = \",\"",
            "rejected: won: \"24.06.2028\" is more than a year ahead",
            "id:8; person.id.id = 8; deal.won at 2026-06-23T22:00:00Z amount_minor=500 currency=EUR",
            "rejected: value: \"£ 5\" is in GBP, not in the currency of the mapping",
        ],
    );
    let Ok(plan) =
        &plans(mapping, "id;day;time;from;says;won;noted;value;state\n1;22.06.2026;14:30;;;;;;\n")
            [0]
    else {
        panic!()
    };
    let activity = &plan.activities[0].activity;
    assert_eq!(activity.channel, Some(funnel::history::Channel::Meeting));
    assert_eq!(activity.agent, funnel::history::Agent::Human);
}

#[test]
fn the_same_file_gives_the_same_natural_keys_whenever_it_is_read() {
    let mapping = r#"
        [key]
        email = "mail"
        id = "id"
        [[activities]]
        kind = "form.submitted"
        at = "sent"
        [[activities]]
        kind = "form.submitted"
        at = { fixed = "2026-01-01" }
        [[activities]]
        kind = "newsletter.subscribed"
        at = "import"
        [[activities]]
        kind = "deal.won"
        at = "sent"
        natural_key = ["deal", "id"]
    "#;
    let file =
        "mail,id,sent,deal\nann@x.example,7,2026-06-01,D1\n,7,2026-06-01,D2\n,8,2026-06-01,\n";
    let mapping_read = Mapping::parse(mapping).unwrap();
    let mut table = Table::open(file.as_bytes(), &Layout::default()).unwrap();
    let later = now() + Span::days(40);
    let planner = Planner::new(&mapping_read, table.header(), later).unwrap();
    let Some(Record::Row(row)) = table.next().unwrap() else { panic!() };
    let again = planner.plan(&row).unwrap();
    let plans = plans(mapping, file);
    let keys = |plan: &PlannedRow| -> Vec<String> {
        plan.activities.iter().map(|it| it.natural_key.replace(SEPARATOR, "/")).collect()
    };
    let first = plans[0].as_ref().unwrap();
    assert_eq!(keys(first), keys(&again));
    assert_eq!(
        keys(first),
        [
            "form.submitted/email/ann@x.example/1780272000000000",
            "form.submitted#1/email/ann@x.example",
            "newsletter.subscribed/email/ann@x.example",
            "deal.won/D1/7",
        ]
    );
    assert_eq!(keys(plans[1].as_ref().unwrap())[3], "deal.won/D2/7");
    assert_eq!(keys(plans[2].as_ref().unwrap())[3], "deal.won//8");
    check(
        &mapping.replace(", \"id\"]", "]"),
        "mail,id,sent,deal\n,8,2026-06-01,\n",
        &["rejected: deal: empty: nothing tells this deal.won from another"],
    );
}

#[test]
fn facts_hold_since_when_the_mapping_says() {
    let mapping = r#"
        [key]
        id = "id"
        [known]
        at = { column = "seen", format = "unix" }
        recorded = "occurred"
        [facts]
        "person.title" = { column = "title", expires = "10d", confidence = 60 }
    "#;
    let plans = plans(mapping, "id,seen,title\n1,1780272000,COO\n2,,CEO\n3,1e9,CEO\n");
    let plan = plans[0].as_ref().unwrap();
    let at: Moment = "2026-06-01T00:00:00Z".parse().unwrap();
    assert_eq!((plan.known_at, plan.known_recorded_at), (at, at));
    assert_eq!(
        (plan.facts[0].expires_at, plan.facts[0].confidence),
        (Some(at + Span::days(10)), 60)
    );
    assert_eq!(said(&plans[1]), "rejected: seen: empty: nothing says since when the facts hold");
    assert_eq!(said(&plans[2]), "rejected: seen: \"1e9\" is not a date as unix has it");
}

#[test]
fn what_is_too_long_is_rejected() {
    let mapping = "[key]\nid = \"id\"\n[facts]\n\"person.title\" = \"title\"\n";
    let file = format!("id,title\n{},x\n1,{}\n", "k".repeat(301), "t".repeat((16 << 10) + 1));
    check(
        mapping,
        &file,
        &["rejected: id: longer than 300 bytes: no key is", "rejected: title: longer than 16 kB"],
    );
}

#[test]
fn a_file_that_lacks_a_column_is_not_begun() {
    let mapping = Mapping::parse("[key]\nid = \"Nr\"\n").unwrap();
    let problems = Planner::new(&mapping, &Header::new(&["Nr.", "x"]), now()).err().unwrap();
    let words = problems[0].to_string();
    assert_eq!(words, "line 2, key.id: the file has no column \"Nr\"; did you mean \"Nr.\"?");
}

const OLIST_LEADS: &str = include_str!("../../../../../examples/olist/leads.toml");
const OLIST_DEALS: &str = include_str!("../../../../../examples/olist/deals.toml");
const XEDUCATION: &str = include_str!("../../../../../examples/xeducation/leads.toml");

#[test]
fn the_example_of_olist_reads_leads() {
    check(
        OLIST_LEADS,
        "mql_id,first_contact_date,landing_page_id,origin\n\
         a1,2018-02-01,p1,social\n\
         a2,2018-02-02,p1,\n\
         a3,2018-02-03,p2,unknown\n\
         a4,2018-02-30,p2,social\n",
        &[
            "mql_id:a1; person.custom.origin = social; person.custom.landing_page = p1; \
             person.id.mql_id = a1; form.submitted at 2018-02-01T00:00:00Z known 2018-02-01T00:00:00Z \
             campaign social from social landing_page=p1 origin=social",
            "mql_id:a2; person.custom.landing_page = p1; person.id.mql_id = a2; \
             form.submitted at 2018-02-02T00:00:00Z known 2018-02-02T00:00:00Z landing_page=p1",
            "mql_id:a3; person.custom.origin = unknown; person.custom.landing_page = p2; \
             person.id.mql_id = a3; form.submitted at 2018-02-03T00:00:00Z known 2018-02-03T00:00:00Z \
             from unknown landing_page=p2 origin=unknown",
            "rejected: first_contact_date: \"2018-02-30\" is no day or time that there is",
        ],
    );
}

#[test]
fn the_example_of_olist_reads_deals() {
    check(
        OLIST_DEALS,
        "mql_id,seller_id,sdr_id,sr_id,won_date,business_segment,lead_type,lead_behaviour_profile,\
         has_company,has_gtin,average_stock,business_type,declared_product_catalog_size,\
         declared_monthly_revenue\n\
         a1,s1,d1,r1,2018-02-26 19:58:54,pet,online_medium,\"cat, wolf\",True,,unknown,reseller,100.0,0.0\n\
         a2,s2,d1,r1,2018-05-08 20:17:59,toys,,,,False,5-20,,,1.234\n",
        &[
            "mql_id:a1; person.custom.won_date = 2018-02-26T19:58:54Z; person.custom.seller_id = s1; \
             person.custom.sdr_id = d1; person.custom.sr_id = r1; person.custom.business_segment = pet; \
             person.custom.business_type = reseller; person.custom.lead_type = online_medium; \
             person.custom.lead_behaviour_profile = cat, wolf; person.custom.has_company = true; \
             person.custom.declared_product_catalog_size = 100; \
             person.custom.declared_monthly_revenue = 0; person.id.mql_id = a1; \
             deal.won at 2018-02-26T19:58:54Z known 2018-02-26T19:58:54Z seller_id=s1 sdr_id=d1 sr_id=r1 \
             business_segment=pet",
            "mql_id:a2; person.custom.won_date = 2018-05-08T20:17:59Z; person.custom.seller_id = s2; \
             person.custom.sdr_id = d1; person.custom.sr_id = r1; person.custom.business_segment = toys; \
             person.custom.has_gtin = false; person.custom.average_stock = 5-20; \
             person.custom.declared_monthly_revenue = 1.234; person.id.mql_id = a2; \
             deal.won at 2018-05-08T20:17:59Z known 2018-05-08T20:17:59Z seller_id=s2 sdr_id=d1 sr_id=r1 \
             business_segment=toys",
        ],
    );
}

#[test]
fn the_example_of_x_education_takes_select_for_unknown() {
    let mapping = Mapping::parse(XEDUCATION).unwrap();
    let mut labels: Vec<&str> = vec!["Prospect ID", "Converted"];
    for (_, fact) in &mapping.facts {
        labels.extend(fact.source.columns().iter().map(|column| column.label.as_str()));
    }
    // Every column but a few is empty; the header ends with a comma, as that of the real file does.
    let row = |cells: &[(&str, &str)]| -> String {
        let cell = |label: &&str| cells.iter().find(|(of, _)| of == label).map_or("", |(_, it)| it);
        labels.iter().map(cell).collect::<Vec<_>>().join(",") + ",\n"
    };
    let file = labels.join(",")
        + ",\n"
        + &row(&[
            ("Prospect ID", "x1"),
            ("Converted", "1"),
            ("City", "Select"),
            ("TotalVisits", "5"),
        ])
        + &row(&[
            ("Prospect ID", "x2"),
            ("Converted", "0"),
            ("City", "Mumbai"),
            ("Lead Source", "Google"),
        ])
        + &row(&[("Prospect ID", "x3"), ("TotalVisits", "many")]);
    check(
        XEDUCATION,
        &file,
        &[
            "prospect_id:x1; person.custom.visits = 5; person.id.prospect_id = x1; \
             form.submitted at 2026-01-01T00:00:00Z; deal.won at 2026-01-02T00:00:00Z",
            "prospect_id:x2; person.city = Mumbai; person.custom.source = Google; \
             person.id.prospect_id = x2; form.submitted at 2026-01-01T00:00:00Z from Google source=Google",
            "rejected: TotalVisits: \"many\" is not a number",
        ],
    );
}

"""What texts of a format look like that JSON Schema has no words for: conditions, definitions, addresses as mailboxes have
them. Without these schemathesis would write at random what is no condition, and learn nothing from its refusal."""

from datetime import datetime, timedelta, timezone

import schemathesis
from hypothesis import strategies as st

names = st.from_regex(r"[a-z]{2,12}", fullmatch=True)
domains = st.builds("{}.example".format, names)
emails = st.builds("{}@{}".format, names, domains)
phones = st.builds("+4930{:07d}".format, st.integers(1_000_000, 9_999_999))
moments = st.builds(
    lambda seconds: (datetime(2020, 1, 1, tzinfo=timezone.utc) + timedelta(seconds=seconds)).isoformat(),
    st.integers(0, 190_000_000),
)
conditions = st.sampled_from([
    "known(person.email)",
    'stage == "lead" || stage == "prospect"',
    'company.employees >= 50 && did("form.submitted")',
    'did("page.viewed", days(30))',
    "score.engagement > 10",
    '!known(person.title) && person.country in ["DE", "FR"]',
])
company_conditions = st.sampled_from([
    "company.employees >= 50",
    'stage == "lead" && people >= 1',
    'known(company.domain) && somebody(did("form.submitted"))',
])
definitions = st.builds(
    "name = \"{}\"\n[stages.lead]\nenter = '{}'\n[stages.customer]\nenter = 'did(\"deal.won\")'\n".format,
    names,
    st.sampled_from(["known(person.email)", "known(person.phone)", 'did("form.submitted")']),
)
mappings = st.sampled_from(['[key]\nemail = "Email"\n', '[key]\nemail = "Email"\n[facts]\n"person.name" = "Name"\n'])
kinds = st.builds("{}.{}".format, st.sampled_from(["form", "page", "product", "email"]), names)

for name, values in {
    "email": emails,
    "phone": phones,
    "domain": domains,
    "company-name": st.builds("{} Holdings".format, names),
    "date-time": moments,
    "condition": conditions,
    "company-condition": company_conditions,
    "definition": definitions,
    "mapping": mappings,
    "kind": kinds,
    "lens": st.sampled_from(["Shared", "Sales"]),
    "user": st.just("mara@north.example"),
    "fact": st.builds("person.custom.{}".format, names),
    "company-fact": st.builds("company.custom.{}".format, names),
    "key": st.uuids().map(str),
    "name": names,
    "note": st.builds("Signs after the board met: {}.".format, names),
    "role": st.sampled_from(["owner", "admin", "member"]),
    "password": st.builds("{} and {} and {}".format, names, names, names),
    "upload": st.builds("0{}".format, names),
    "day": st.dates(datetime(2020, 1, 1).date(), datetime(2090, 1, 1).date()).map(str),
    "currency": st.sampled_from(["EUR", "USD", "SEK"]),
    "facts-condition": st.sampled_from(["known(person.country)", "company.employees > 500"]),
    "team": names,
}.items():
    schemathesis.openapi.format(name, values)

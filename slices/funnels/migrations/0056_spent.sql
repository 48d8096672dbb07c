-- What was paid for a person who came from a lead feed, by currency; the empty currency counts purchases that name no price.
-- Derived, so that what a kind costs is counted without reading everybody's history.
create table spent (
    person_id  bigint not null,
    currency   text {bytewise} not null,
    cost_minor bigint not null,
    purchases  bigint not null,
    primary key (person_id, currency)
) {without_rowid};

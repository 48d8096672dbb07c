-- Whose people somebody sees, looked up by their owner.
create index person_owner on person (owner_id, id) where owner_id is not null;

-- Who is in which territory, as the facts had it when they were last recorded.
create table territory_person (
    territory_id bigint not null,
    person_id    bigint not null,
    primary key (territory_id, person_id)
) {without_rowid};
create index territory_person_person on territory_person (person_id);

-- Whom the workspace does not keep: people of whom nothing was heard for so many months, at these stages (words with
-- commas between; any if empty), who meet the condition (none if empty). `erases` is 0 for a rule that only reports.
create table retention_rule (
    id           bigint primary key,
    name         text   not null,
    name_key     text {bytewise} not null,
    quiet_months bigint not null,
    stages       text   not null,
    condition    text   not null,
    erases       bigint not null,
    notice_days  bigint not null,
    made_by      bigint,
    made_at      bigint not null
);
create unique index retention_rule_name on retention_rule (name_key);

-- Whom a rule meets, since when it is known, and when they may be erased.
create table retention_notice (
    rule_id    bigint not null,
    person_id  bigint not null,
    noticed_at bigint not null,
    due_at     bigint not null,
    primary key (rule_id, person_id)
) {without_rowid};
create index retention_notice_person on retention_notice (person_id);
create index retention_notice_due on retention_notice (rule_id, due_at, person_id);

-- What a run of a rule came to. What is in `met` was noticed before, is noticed now, or was erased.
create table retention_run (
    id       bigint primary key,
    rule_id  bigint not null,
    ran_at   bigint not null,
    met      bigint not null,
    noticed  bigint not null,
    lifted   bigint not null,
    erased   bigint not null,
    left_due bigint not null,
    failure  text
);
create index retention_run_rule on retention_run (rule_id, ran_at, id);

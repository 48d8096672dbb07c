-- A draft that was run over the whole past, and what it came to. The result is JSON; a refusal says in words why
-- the past says nothing about the draft.
create table backtest (
    id          bigint primary key,
    lens_id     bigint not null,
    job_id      bigint,
    name        text   not null,
    text        text   not null,
    until_at    bigint not null,
    within_us   bigint,
    started_at  bigint not null,
    started_by  bigint,
    finished_at bigint,
    result      text,
    refusal     text
);
create index backtest_started on backtest (started_at, id);

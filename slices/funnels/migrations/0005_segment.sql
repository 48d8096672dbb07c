-- Words that some condition has asked for: keys of facts, kinds of activities. `built_to` is the person up to whom what
-- is held under the word stands; null once it stands for everybody, and is kept up from then on.
create table segment_word (
    id           bigint primary key,
    of_activity  bigint not null,
    word         text {bytewise} not null,
    of_companies bigint not null,
    built_to     bigint
);
create unique index segment_word_word on segment_word (of_activity, word);

-- The facts held under a word, those of the person's company among them, each with the time for which it holds if
-- nothing new is recorded: from 0 if it held when it was written, until null for good.
create table segment_fact (
    word_id    bigint not null,
    person_id  bigint not null,
    from_at    bigint not null,
    until_at   bigint,
    as_text    text,
    as_number  double precision,
    as_truth   bigint,
    as_moment  bigint,
    as_items   text,
    primary key (word_id, person_id, from_at)
) {without_rowid};

-- What was done of a kind: when last, and how often; in the same way.
create table segment_activity (
    word_id   bigint not null,
    person_id bigint not null,
    from_at   bigint not null,
    until_at  bigint,
    last_at   bigint,
    times     bigint not null,
    any_at    bigint not null,
    primary key (word_id, person_id, from_at)
) {without_rowid};

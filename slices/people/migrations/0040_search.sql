-- By which a name is found: each turn is the name begun at another of its words ("ann lind", "lind ann"), so that the
-- beginning of any word is the beginning of a key, and the other words stand behind it.
create table search_name (
    of_company bigint not null,
    turn       text {bytewise} not null,
    subject_id bigint not null,
    primary key (of_company, turn, subject_id)
) {without_rowid};

-- Every word of a name, once, and what is left of it when a letter falls out: two words that differ by one slip of the
-- keyboard share one of these.
create table search_word (
    word text {bytewise} not null,
    primary key (word)
) {without_rowid};
create table search_slip (
    slip text {bytewise} not null,
    word text {bytewise} not null,
    primary key (slip, word)
) {without_rowid};

-- A text that was said or written about somebody, as its words; `reader_id` is whoever alone may read it.
create table search_text (
    id          bigint primary key,
    subject_id  bigint not null,
    entry_id    bigint not null,
    occurred_at bigint not null,
    is_note     bigint not null,
    reader_id   bigint,
    words       text   not null
);
create unique index search_text_entry on search_text (subject_id, entry_id);
create table search_said (
    word    text {bytewise} not null,
    text_id bigint not null,
    primary key (word, text_id)
) {without_rowid};

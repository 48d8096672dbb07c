-- Rows that an import took with a note: something in them was left out, or is held and not believed.
alter table import add column noted bigint not null default 0;

create table import_note (
    import_id bigint not null,
    row       bigint not null,
    line      bigint not null,
    reason    text   not null,
    raw       text   not null,
    primary key (import_id, row)
) {without_rowid};

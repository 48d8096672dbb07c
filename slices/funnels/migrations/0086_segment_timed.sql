-- Whether anything under a word ever held from or until a moment only: else nothing need be asked of when.
alter table segment_word add column is_timed bigint not null default 0;
update segment_word set is_timed = 1
    where exists (select 1 from segment_fact f where f.word_id = segment_word.id and (f.from_at > 0 or f.until_at is not null))
    or exists (select 1 from segment_activity d where d.word_id = segment_word.id and (d.from_at > 0 or d.until_at is not null));

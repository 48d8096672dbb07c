-- Words that conditions about companies ask for: what is held under them stands under the numbers of companies.
alter table segment_word add column is_company bigint not null default 0;
drop index segment_word_word;
create unique index segment_word_word on segment_word (is_company, of_activity, word);

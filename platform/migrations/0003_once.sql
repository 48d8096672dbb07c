-- What was answered to a caller's key, so that the same call made again is not done again. `asked` is the sum of what
-- was asked; `answer` is what was answered.
create table once (
    scope      bigint not null,
    name       text {bytewise} not null,
    asked      {blob} not null,
    answer     text not null,
    expires_at bigint not null,
    primary key (scope, name)
) {without_rowid};
create index once_by_expiry on once (expires_at);

-- Of whom a second factor is demanded: '*' for everybody, the word of a role that the program brings, or 'role ' and the
-- number of one that somebody made.
create table second_demand (
    role        text   primary key,
    demanded_at bigint not null
);

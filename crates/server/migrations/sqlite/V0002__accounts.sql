-- Why: finding people by the beginning of the name they show; forgetting old log-in attempts; an audit log that only grows.
-- Locks: rewrites nothing; `users` for the moment of adding a column.

alter table users add column display_key text not null default '';   -- display name in lower case, NFKC

create index users_by_display_name on users (display_key);

create index login_attempts_by_time on login_attempts (attempted_at);

create trigger audit_log_keeps_rows before delete on audit_log
begin
    select raise(abort, 'the audit log only grows');
end;

create trigger audit_log_keeps_words before update on audit_log
begin
    select raise(abort, 'the audit log only grows');
end;

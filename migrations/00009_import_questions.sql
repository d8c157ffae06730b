-- +goose Up
-- A file that leaves questions open is not taken. It is read again, with the answers.
alter table import_batch
    drop constraint import_batch_state_check,
    add constraint import_batch_state_check check (state in ('received', 'checked', 'staged', 'needs_answers', 'promoted', 'rejected', 'undone')),
    add column questions jsonb not null default '[]',
    add column answered jsonb not null default '[]';
comment on column import_batch.questions is 'What is open, as census.Question.';
comment on column import_batch.answered is 'The answers that were applied when it was read, as census.Answer.';

-- +goose Up
-- Of a workbook an issue names the sheet; of what was put right it says what was taken instead.
alter table import_issue
    add column sheet text not null default '',
    add column instead text not null default '',
    drop constraint import_issue_severity_check,
    add check (severity in ('error', 'warning', 'fixed'));
-- Batches are listed in the order in which they began; a clock may stand still or go back.
alter table import_batch add column number bigint generated always as identity unique;

-- +goose Up
-- PROJ ends a whole statement at a point that it cannot convert. Here that point alone is null. Its error numbers from 2048 to 4095 (proj.h,
-- PROJ_ERR_COORD_TRANSFM to before PROJ_ERR_OTHER) say that the point is at fault; others, that the system or PROJ is, and those go on.
-- +goose StatementBegin
create function converted(given geometry, srid int) returns geometry language plpgsql immutable strict as $$
begin
    return st_transform(given, srid);
exception when internal_error then
    if substring(sqlerrm from '^transform: .*\((\d+)\)$')::int between 2048 and 4095 then
        return null;
    end if;
    raise;
end
$$;
-- +goose StatementEnd
comment on function converted is 'st_transform, but null where PROJ cannot convert the point.';

package api

import (
	"maps"
	"slices"

	"citygrid/api/query"
	"citygrid/registry"
	"citygrid/registry/census"
	"citygrid/registry/intake"
)

// sendParams and sendLists are what may be said beside a file, in the address or in fields of the form.
func sendParams() []string {
	return []string{"name", "accept", "encoding", "columns", "crs", "scope", "profile", "blank"}
}

func sendLists() []string { return []string{"sheet", "column", "answer"} }

// parcel is what a request sends, and how its body ended.
type parcel struct {
	intake.Parcel
	body *sentBody
}

// parcelOf reads the head of a request. What the address says wrongly, and a body that says to be too large, is refused before any of the body is read.
func parcelOf(r *request, most int64) (parcel, error) {
	p := parcel{Parcel: intake.Parcel{KeyID: r.identity.KeyID, Actor: r.who(), IdempotencyKey: r.http.Header.Get("Idempotency-Key")}}
	if err := checkIdempotencyKey(p.IdempotencyKey); err != nil {
		return p, err
	}
	if err := p.options(r.params, r.lists); err != nil {
		return p, err
	}
	var err error
	if p.body, err = openBody(r, most); err != nil {
		return p, err
	}
	p.Body = p.body
	said := map[string][]string{}
	maps.Copy(said, p.body.fields)
	for name, value := range r.params {
		said[name] = append(said[name], value)
	}
	for name, values := range r.lists {
		said[name] = slices.Concat(values, said[name])
	}
	params, lists, err := query.Sort(said, sendLists(), sendParams()...)
	if err != nil {
		return p, err
	}
	name, given := params["name"]
	if !given {
		name = p.body.name
	}
	if p.Name, err = query.SurveyName(name); err != nil {
		return p, err
	}
	return p, p.options(params, lists)
}

// options are how the file is to be read, and what becomes of it.
func (p *parcel) options(params query.Parameters, lists query.Lists) (err error) {
	for _, all := range []query.Lists{lists, {"columns": {params["columns"]}, "crs": {params["crs"]}, "profile": {params["profile"]}, "scope": {params["scope"]}}} {
		for name, values := range all {
			for _, value := range values {
				if !storable(value) {
					return registry.InvalidField(name, value, "须为不含控制字符的 UTF-8 文字", "write UTF-8 text without control characters")
				}
			}
		}
	}
	if p.Accept, err = params.Accept(intake.AcceptNone, intake.AcceptAll, intake.AcceptGood, intake.AcceptNone); err != nil {
		return err
	}
	if p.Encoding, err = params.Encoding(); err != nil {
		return err
	}
	if p.Columns, err = query.SurveyColumns(params, lists); err != nil {
		return err
	}
	if p.Answers, err = query.SurveyAnswers(lists); err != nil {
		return err
	}
	if p.Profile = params["profile"]; p.Profile != "" {
		if err = census.CheckCrew(p.Profile); err != nil {
			return err
		}
	}
	if p.KeepBlank, err = params.Blank(); err != nil {
		return err
	}
	p.Sheets, p.CRS, p.Scope = lists["sheet"], params["crs"], params["scope"]
	if _, _, err = census.ParseCRS(p.CRS); err != nil {
		return err
	}
	_, err = census.ParseScope(p.Scope)
	return err
}

// longestIdempotencyKey is in bytes; a UUID has 36.
const longestIdempotencyKey = 200

func checkIdempotencyKey(key string) error {
	if len(key) > longestIdempotencyKey || !storable(key) {
		return registry.InvalidField("Idempotency-Key", key, "须为不超过 200 字节的可见文字", "write at most 200 bytes of visible text")
	}
	return nil
}

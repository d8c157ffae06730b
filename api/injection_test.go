package api_test

import (
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

// injections are texts that do harm where a text is taken for more than a text.
var injections = []string{
	`'; drop table canary; --`, `' or '1'='1`, `1; delete from canary`, `1) or 1=1 --`, `" or ""="`, `\'; update canary set text='x'; --`, `'||(select text from canary)||'`,
	`$1; drop table canary`, `$$; drop table canary; $$`, `%27%3B%20drop%20table%20canary`, `code; drop table canary`, `(select 1 from pg_sleep(20))`, `code desc, (select text from canary)`,
	`c.id`, `1 union select text from canary`, `x' union select null,text from canary--`, `code,pg_sleep(20)`, `../../../etc/passwd`, `<script>alert(1)</script>`, `{{.}}`, `${jndi:ldap://x}`,
	"nul\x00nul", "\x00", "bad\xff\xfeutf8", "\xed\xa0\x80", "line\r\nX-Injected: yes", strings.Repeat("9", 400), strings.Repeat("a", 1100), strings.Repeat("市", 340), "1e400", "1e-400", "-1e-400",
	"NaN", "Infinity", "-infinity", "0x1p-2", "1_000", "294277-01-01", "infinity", "epoch", "0000-00-00", "-0044-03-15", "\u202e", "null", "true", "[]", "{}", "*", "%", "_", "\\", "'", `"`, ";", ",", "",
}

// canary puts a table into a database that nobody may touch; the function that it returns tells whether somebody did.
func canary(t *testing.T, s *site) (untouched func()) {
	t.Helper()
	db, err := pgxpool.New(t.Context(), s.database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(db.Close)
	if _, err := db.Exec(t.Context(), "create table canary as select 'sings' as text"); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		var sings bool
		err := db.QueryRow(t.Context(), "select count(*) = 1 and min(text) = 'sings' from canary").Scan(&sings)
		if err != nil || !sings {
			t.Errorf("the canary was touched: %v", err)
		}
	}
}

func TestNothingInAParameterOfItemsIsTakenForMoreThanAText(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	untouched := canary(t, s)
	document := parse(t, s.get("/api").Body)
	for _, items := range []string{"/collections/components/items", "/collections/components-01/items", "/collections/grid-cells/items"} {
		names := []string{"made'up; drop table canary"}
		for _, p := range at(t, document, "paths", items, "get", "parameters").([]any) {
			_, name, _ := strings.Cut(at(t, p, "$ref").(string), "#/components/parameters/")
			names = append(names, at(t, document, "components", "parameters", name, "name").(string))
		}
		if len(names) < 19 || !slices.Contains(names, "sortby") || !slices.Contains(names, "name") {
			t.Fatalf("the parameters are %v", names)
		}
		for _, name := range names {
			for _, text := range injections {
				for _, target := range []string{with(items, name, text), with(items, name, text, "f", "html", "sortby", "-name")} {
					s.withstands(t, target, name)
				}
			}
		}
	}
	for _, text := range injections {
		for _, name := range []string{"crs", "properties", "skipGeometry", "precision", "f"} {
			s.withstands(t, with("/collections/components/items/4205020118000001", name, text), name)
		}
		for _, target := range []string{
			"/collections/" + url.PathEscape(text) + "/items", "/collections/streets/items/" + url.PathEscape(text), "/collections/components/items/" + url.PathEscape(text),
		} {
			if got := s.get(target); text != "" && got.Status != http.StatusNotFound && got.Status != http.StatusMovedPermanently {
				t.Errorf("%q: %d %s", target, got.Status, got.Body)
			}
		}
	}
	untouched()
}

// withstands asks and wants either a refusal that says what would be right, or an answer that is one.
func (s *site) withstands(t *testing.T, target, name string) {
	t.Helper()
	got := s.get(target)
	switch {
	case got.Header.Get("X-Injected") != "":
		t.Errorf("%q: a header came in", target)
	case got.Status == http.StatusOK && strings.HasPrefix(got.Header.Get("Content-Type"), "text/html"):
		if strings.Contains(got.Body, "<script") {
			t.Errorf("%q: a script came in: %s", target, got.Body)
		}
	case got.Status == http.StatusOK:
		parse(t, got.Body)
	case got.Status == http.StatusRequestURITooLong:
	case got.Status != http.StatusBadRequest:
		t.Errorf("%q: %d %s", target, got.Status, got.Body)
	default:
		fault := at(t, parse(t, got.Body), "errors", 0)
		detail := at(t, fault, "detail").(string)
		if !strings.Contains(at(t, fault, "parameter").(string), name) || len(detail) < 15 {
			t.Errorf("%q: %v", target, fault)
		}
		for _, of := range []string{"sortby", "properties"} {
			if name == of && !strings.Contains(detail, "name, ") && !strings.Contains(detail, "at most 4") && !strings.Contains(detail, "given twice") {
				t.Errorf("%q does not say which names there are: %s", target, detail)
			}
		}
	}
}

// forge makes a cursor as anybody can: keys behind their lengths, the checksum of a query as another cursor has it, and that of all.
func forge(t *testing.T, like string, keys ...string) string {
	t.Helper()
	parsed, err := url.Parse(like)
	if err != nil {
		t.Fatal(err)
	}
	b, err := base64.RawURLEncoding.DecodeString(parsed.Query().Get("cursor"))
	if err != nil {
		t.Fatal(err)
	}
	b = b[:5]
	for _, key := range keys {
		b = binary.AppendUvarint(b, uint64(len(key)))
		b = append(b, key...)
	}
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
	return base64.RawURLEncoding.EncodeToString(b)
}

func TestForgedCursorIsRefusedOrHarmless(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	untouched := canary(t, s)
	const code = "4205020118000001"
	for order, forged := range map[string]map[string][]string{
		"code":           {"no keys": {}, "two keys": {code, code}, "NUL": {"\x00"}, "no UTF-8": {"\xff"}, "huge": {strings.Repeat("a", 2000)}},
		"first_surveyed": {"no date": {"yesterday", code}, "no such day": {"2021-02-30", code}, "infinity": {"infinity", code}, "year 0": {"0000-01-01", code}, "one key": {"2021-01-01"}, "empty": {"", code}, "era": {"0044-03-15 BC", code}},
		"note":           {"NUL": {"a\x00b", code}, "NUL in the code": {"", "4\x00"}, "no UTF-8": {"\xff\xfe", code}, "huge": {strings.Repeat("市", 1000), code}},
		"state":          {"NUL": {"\x00", code}, "two keys more": {"完好", code, code, code}},
	} {
		items := "/collections/components/items?limit=1&sortby=" + order
		next := linked(t, s.get(items).ok(), "next")
		for what, keys := range forged {
			got := s.get(with(items, "cursor", forge(t, next, keys...)))
			if got.Status != http.StatusBadRequest || at(t, parse(t, got.Body), "errors", 0, "parameter") != "cursor" {
				t.Errorf("%s by %s: %d %s", what, order, got.Status, got.Body)
			}
		}
	}
	areas := "/collections/grid-cells/items?limit=1&sortby=square_metres"
	next := linked(t, s.get(areas).ok(), "next")
	for _, text := range injections {
		want := http.StatusBadRequest
		if strings.HasSuffix(text, "1e-400") { // zero, as floats go
			want = http.StatusOK
		}
		if got := s.get(with(areas, "cursor", forge(t, next, text, "420502001001001"))); got.Status != want {
			t.Errorf("%q as a number: %d %s", text, got.Status, got.Body)
		}
		for _, items := range []string{"/collections/components/items?limit=1&sortby=-name", "/collections/components/items?limit=1&sortby=state,edition"} {
			like := linked(t, s.get(items).ok(), "next")
			keys := []string{text, code}
			if strings.HasSuffix(items, "edition") {
				keys = []string{text, text, code}
			}
			if got := s.get(with(items, "cursor", forge(t, like, keys...))); got.Status != http.StatusBadRequest && got.Status != http.StatusOK {
				t.Errorf("%q: %d %s", text, got.Status, got.Body)
			}
		}
	}
	untouched()
}

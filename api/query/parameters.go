package query

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"citygrid/registry"
)

// MaxLength is the greatest length of a query string in bytes.
const MaxLength = 8 << 10

// Parameters are the query parameters of one request, decoded, each given once.
type Parameters map[string]string

// Lists are the values of the parameters that may be given more than once, decoded, in their order.
type Lists map[string][]string

// ParseParameters reads a raw query string. It refuses a string longer than MaxLength (TooLarge), one that is not encoded as a
// form, parameters that are not among the allowed ones, naming those that are, and parameters given twice.
func ParseParameters(raw string, allowed ...string) (Parameters, error) {
	p, _, err := ParseLists(raw, nil, allowed...)
	return p, err
}

// ParseLists is ParseParameters where those named in repeated may be given more than once besides.
func ParseLists(raw string, repeated []string, allowed ...string) (Parameters, Lists, error) {
	if len(raw) > MaxLength {
		return nil, nil, tooLarge("query_too_long", "query", strconv.Itoa(len(raw)), registry.Text{ZH: "查询字符串过长", EN: "the query string is too long"},
			registry.Text{
				ZH: fmt.Sprintf("上限为 %d 字节：请缩短或去掉部分参数", MaxLength),
				EN: fmt.Sprintf("the limit is %d bytes: shorten the parameters or leave some out", MaxLength),
			})
	}
	if p, plain := plainParameters(raw, allowed); plain {
		return p, nil, nil
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, nil, registry.InvalidField("query", raw,
			"查询字符串编码不正确：请对特殊字符做百分号编码，参数之间用 & 分隔",
			"the query string is not encoded correctly: percent-encode special characters, separate parameters by &")
	}
	return Sort(values, repeated, allowed...)
}

// Sort tells the values of parameters from lists of such, and refuses what ParseLists refuses.
func Sort(values map[string][]string, repeated []string, allowed ...string) (Parameters, Lists, error) {
	p, lists := make(Parameters, len(values)), Lists{}
	var fields []registry.Field
	for _, name := range slices.Sorted(maps.Keys(values)) {
		given := values[name]
		switch {
		case slices.Contains(repeated, name):
			lists[name] = given
		case !slices.Contains(allowed, name):
			fields = append(fields, unknownParameter(name, given[0], slices.Concat(allowed, repeated)))
		case len(given) > 1:
			fields = append(fields, field(name, strings.Join(given, " | "),
				"该参数给出了多次，只应出现一次", "given more than once: give it once"))
		default:
			p[name] = given[0]
		}
	}
	if len(fields) > 0 {
		return nil, nil, invalid(fields...)
	}
	return p, lists, nil
}

// plainParameters reads a query without an escape or a fault, as nearly all are; plain is false for any other.
func plainParameters(raw string, allowed []string) (p Parameters, plain bool) {
	p = Parameters{}
	for raw != "" {
		var name, value string
		name, raw, _ = strings.Cut(raw, "&")
		name, value, _ = strings.Cut(name, "=")
		_, again := p[name]
		if again || !slices.Contains(allowed, name) || strings.ContainsAny(value, "%+;") {
			return nil, false
		}
		p[name] = value
	}
	return p, true
}

// Only refuses parameters that are not among the allowed ones, as ParseParameters does.
func (p Parameters) Only(allowed []string) error {
	var unknown []string
	for name := range p {
		if !slices.Contains(allowed, name) {
			unknown = append(unknown, name)
		}
	}
	if unknown == nil {
		return nil
	}
	slices.Sort(unknown)
	var fields []registry.Field
	for _, name := range unknown {
		fields = append(fields, unknownParameter(name, p[name], allowed))
	}
	return invalid(fields...)
}

// Flag reads a parameter that is true or false; absent is false.
func (p Parameters) Flag(name string) (bool, error) {
	text, given := p[name]
	switch {
	case !given || text == "false":
		return false, nil
	case text == "true":
		return true, nil
	}
	return false, invalid(field(name, text, "应为 true 或 false", "write true or false"))
}

// Canonical writes the parameters in one order: equal queries give equal text.
func (p Parameters) Canonical() string { return p.values().Encode() }

// values are the parameters without those named.
func (p Parameters) values(without ...string) url.Values {
	values := url.Values{}
	for name, value := range p {
		if !slices.Contains(without, name) {
			values.Set(name, value)
		}
	}
	return values
}

// tooLarge is the refusal of an input whose size, the value, is beyond a limit.
func tooLarge(code, name, size string, what, cure registry.Text) *registry.Error {
	e := registry.NewError(registry.TooLarge, code, what.ZH, what.EN)
	e.Fields = []registry.Field{field(name, size, cure.ZH, cure.EN)}
	return e
}

func unknownParameter(name, value string, allowed []string) registry.Field {
	if len(allowed) == 0 {
		return field(name, value, "不认识该参数；此资源不接受任何参数", "unknown parameter; this resource takes none")
	}
	list := strings.Join(allowed, ", ")
	return field(name, value, "不认识该参数；可用的参数："+list, "unknown parameter; allowed here: "+list)
}

// field is one faulty input, its value shortened as registry.Field asks.
func field(name, value, zh, en string) registry.Field {
	return registry.InvalidField(name, value, zh, en).Fields[0]
}

// invalid is the refusal of one or more inputs, named in its message.
func invalid(fields ...registry.Field) *registry.Error {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	list := strings.Join(names, ", ")
	e := registry.NewError(registry.Invalid, "invalid_parameter", "参数不正确："+list, "invalid parameter "+list)
	e.Fields = fields
	return e
}

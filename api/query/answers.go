package query

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"citygrid/registry"
	"citygrid/registry/census"
)

// The limits of answers to the questions of a survey file.
const (
	MaxAnswersBody = 1 << 20 // bytes
	maxAnswers     = 1000
	longestAnswer  = 512 // bytes of a key, and of a value
)

// ReadAnswers reads {"answers": {KEY: VALUE}}. Its errors are those of the transport, as for a list of points, and Invalid.
func ReadAnswers(body io.Reader) (map[string]string, error) {
	text, err := io.ReadAll(body)
	if err = unread(err); err != nil {
		return nil, err
	}
	var sent struct {
		Answers map[string]string `json:"answers"`
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err = d.Decode(&sent); err == nil {
		_, err = d.Token() // nothing may follow
	}
	if err != io.EOF || !utf8.Valid(text) || len(sent.Answers) == 0 {
		e := registry.InvalidField("body", "", `应为 {"answers":{"问题":"答案"}}，至少一个答案`, `write {"answers":{"KEY":"VALUE"}}, with one answer at least`)
		e.Code = "invalid_body"
		return nil, e
	}
	return sent.Answers, checkAnswers(sent.Answers)
}

// SurveyAnswers are the answers of the repeated parameter answer, each KEY=VALUE.
func SurveyAnswers(l Lists) (map[string]string, error) {
	answers := map[string]string{}
	for _, text := range l["answer"] {
		key, value, err := census.ParseAnswer(text)
		if err != nil {
			return nil, err
		}
		answers[key] = value
	}
	return answers, checkAnswers(answers)
}

// checkAnswers refuses what cannot be an answer to any question.
func checkAnswers(answers map[string]string) error {
	if len(answers) > maxAnswers {
		return invalid(field("answers", fmt.Sprint(len(answers)), fmt.Sprintf("最多 %d 个答案", maxAnswers), fmt.Sprintf("at most %d answers", maxAnswers)))
	}
	for key, value := range answers {
		if strings.Contains(key, "=") || len(key) > longestAnswer || len(value) > longestAnswer || strings.ContainsFunc(key+value, unicode.IsControl) {
			return invalid(field("answers", key, fmt.Sprintf("问题与答案各不超过 %d 字节，不含控制字符；问题中没有等号", longestAnswer),
				fmt.Sprintf("keys and values have at most %d bytes and no control characters, and keys no equals sign", longestAnswer)))
		}
		if _, _, err := census.ParseAnswer(key + "=" + value); err != nil {
			return err
		}
	}
	return nil
}

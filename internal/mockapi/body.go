// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
)

// body reads the JSON object that a request carries.
type body struct {
	rejections

	fields map[string]any // numbers have the type json.Number
}

// parseBody reads the body of a request. Like the API's framework, it reads JSON only if the header
// says so.
func parseBody(r *http.Request) *body {
	parsed := &body{}
	raw, _ := io.ReadAll(r.Body)
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	var value any = string(raw)
	if media == "application/json" {
		value = parsed.decode(raw)
	}
	fields, ok := value.(map[string]any)
	switch {
	case len(raw) == 0:
		parsed.missing([]any{"body"}, nil)
	case !ok && !parsed.invalid():
		parsed.unexpected([]any{"body"}, "model_attributes_type",
			"a valid dictionary or object to extract fields from", value, nil)
	}
	parsed.fields = fields
	return parsed
}

// decode returns the value of a JSON document.
func (b *body) decode(raw []byte) (value any) {
	err := json.Unmarshal(raw, &value)
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok && len(raw) > 0 {
		b.add([]any{"body", syntax.Offset}, "json_invalid", "JSON decode error", map[string]any{},
			map[string]any{"error": syntax.Error()})
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	_ = decoder.Decode(&value)
	return value
}

// missing records that a required value is missing from the input.
func (b *body) missing(location []any, input any) {
	b.add(location, "missing", "Field required", input, nil)
}

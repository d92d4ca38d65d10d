// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// cleanToken trims the white space around a copied token, and rejects a token that cannot be sent
// as a header.
func cleanToken(token string) (string, error) {
	token = strings.TrimSpace(token)
	if token == "" {
		return "", errors.New("is empty; it must be an API token")
	}
	if strings.HasPrefix(strings.ToLower(token), "bearer ") {
		return "", errors.New(`must be the token alone, without the word "Bearer" before it`)
	}
	for _, character := range token {
		if character <= ' ' || character > '~' {
			return "", errors.New("contains white space, a control character or a character outside ASCII; it was probably copied incompletely or together with something else")
		}
	}
	return token, nil
}

// TokenExpiry returns the time at which the token expires, from its `exp` claim. It is zero if
// unknown.
func (c *Client) TokenExpiry() time.Time { return tokenExpiry(c.token) }

// tokenExpiry reads the `exp` claim of a token that is a JWT. It does not verify the signature: the
// time only serves to explain why the API may have rejected the token. It is zero if there is none.
func tokenExpiry(token string) time.Time {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return time.Time{}
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(parts[1], "="))
	if err != nil {
		return time.Time{}
	}
	var claims struct {
		Exp float64 `json:"exp"`
	}
	if json.Unmarshal(payload, &claims) != nil || claims.Exp <= 0 || claims.Exp > 1e11 {
		return time.Time{}
	}
	return time.Unix(int64(claims.Exp), 0).UTC()
}

// shortestSecret is the minimum length of a token that is removed from responses: removing a
// shorter one, which cannot be a real token, would garble them.
const shortestSecret = 8

// secret is a token that must not appear in any result of the client. A server may echo it.
type secret string

func (s secret) cutFrom(text []byte) []byte {
	if len(s) < shortestSecret || !bytes.Contains(text, []byte(s)) {
		return text
	}
	return bytes.ReplaceAll(text, []byte(s), []byte("(token)"))
}

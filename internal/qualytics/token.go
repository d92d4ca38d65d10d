// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"
)

// cleanToken trims white space around a token. It returns an error for a token that cannot be sent
// in a header.
func cleanToken(token string) (string, error) {
	token = strings.TrimSpace(token)
	if token == "" {
		return "", errors.New("is empty; it must be an API token")
	}
	if first := token[:1]; strings.ContainsAny(first, "\"'`") && strings.HasSuffix(token, first) {
		return "", errors.New("is in quotes; remove them. In a file for docker --env-file, quotes are part of the value")
	}
	if strings.HasPrefix(strings.ToLower(token), "bearer ") {
		return "", errors.New(`must be the token alone, without the word "Bearer" before it`)
	}
	for _, character := range token {
		if character <= ' ' || character > '~' {
			return "", errors.New("contains white space, a control character or a non-ASCII character; it was probably copied incorrectly")
		}
	}
	return token, nil
}

// TokenExpiry returns the time at which the token expires, from its `exp` claim. It is zero if
// unknown.
func (c *Client) TokenExpiry() time.Time { return tokenExpiry(c.token) }

// TokenID returns a fingerprint of the token, by which a later client recognizes the same token. It
// reveals nothing of the token.
func (c *Client) TokenID() string {
	sum := sha256.Sum256([]byte(c.token))
	return hex.EncodeToString(sum[:4])
}

// tokenExpiry reads the `exp` claim of a JWT; it is zero if there is none. The signature is not
// verified, because the time only explains why the API may have rejected the token.
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

// minSecretLength is the minimum length of a token that is removed from responses, in bytes. A
// shorter one cannot be a real token, and removing it would garble the responses.
const minSecretLength = 8

// secret is a token that must not appear in any result of the client, even if a server echoes it.
type secret string

func (s secret) redact(text []byte) []byte {
	if len(s) < minSecretLength || !bytes.Contains(text, []byte(s)) {
		return text
	}
	return bytes.ReplaceAll(text, []byte(s), []byte("(token)"))
}

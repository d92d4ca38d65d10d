// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxTextLength limits the length of a printed text from a server, in characters.
const maxTextLength = 2000

// escapeSequence is an ANSI escape sequence: a control sequence (colours, the cursor), a string
// such as a window title or a link, or one of two characters. Each may begin with its 8-bit form.
var escapeSequence = regexp.MustCompile(
	`(?:\x1b\[|\x{9b})[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]` +
		`|(?:\x1b[P\]X^_]|[\x{90}\x{98}\x{9d}-\x{9f}])[^\x07\x1b\x{9c}]*(?:\x07|\x1b\\|\x{9c})?` +
		`|\x1b[\x20-\x2f]*[\x30-\x7e]`)

// Printable returns a text from a server in a form that is safe to print: shortened to 2,000
// characters of valid UTF-8, without control characters, escape sequences and bidirectional marks.
func Printable(text string) string {
	text, cut := firstBytes(text, 4*utf8.UTFMax*maxTextLength)
	text = escapeSequence.ReplaceAllString(strings.ToValidUTF8(text, "\uFFFD"), "")
	text = strings.Map(func(character rune) rune {
		switch {
		case character == '\n' || character == '\t':
			return character
		case unicode.IsControl(character), unicode.Is(unicode.Bidi_Control, character):
			return -1
		case character == '\u2028' || character == '\u2029':
			return '\n'
		}
		return character
	}, text)
	characters := 0
	for i := range text {
		if characters == maxTextLength {
			text, cut = text[:i], true
			break
		}
		characters++
	}
	if cut {
		text += "…"
	}
	return text
}

// firstBytes returns the first bytes of a text, without splitting a character.
func firstBytes(text string, limit int) (first string, cut bool) {
	if len(text) <= limit {
		return text, false
	}
	for limit > 0 && !utf8.RuneStart(text[limit]) {
		limit--
	}
	return text[:limit], true
}

// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestText limits the characters that are printed of a text from a server.
const longestText = 2000

// escapeSequence is an ANSI escape sequence: a control sequence (colours, the cursor), a string
// such as a window title or a link, or one of two characters. Each may begin with its 8-bit form.
var escapeSequence = regexp.MustCompile(
	`(?:\x1b\[|\x{9b})[\x30-\x3f]*[\x20-\x2f]*[\x40-\x7e]` +
		`|(?:\x1b[P\]X^_]|[\x{90}\x{98}\x{9d}-\x{9f}])[^\x07\x1b\x{9c}]*(?:\x07|\x1b\\|\x{9c})?` +
		`|\x1b[\x20-\x2f]*[\x30-\x7e]`)

// Printable returns a text from a server in a form that a terminal and a diagnostic can show: valid
// UTF-8 without control characters, escape sequences and marks that reverse the direction of
// writing, and shortened.
func Printable(text string) string {
	text, cut := firstBytes(text, 4*utf8.UTFMax*longestText)
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
		if characters == longestText {
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

// firstBytes limits how much of a long text is searched.
func firstBytes(text string, most int) (first string, cut bool) {
	if len(text) <= most {
		return text, false
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most], true
}

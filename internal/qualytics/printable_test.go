// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package qualytics

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestPrintable(t *testing.T) {
	for text, want := range map[string]string{
		"":                                  "",
		"42 rows, ärger, 表, 🎉":              "42 rows, ärger, 表, 🎉",
		"line\r\n\tnext":                    "line\n\tnext",
		"\x1b[31mred\x1b[0m":                "red",
		"\x1b[2J\x1b[1;1Hgone":              "gone",
		"\x1b]0;title\x07text":              "text",
		"\x1b]8;;https://x\x1b\\link":       "link",
		"\x1bPdevice\x1b\\text":             "text",
		"\x1b(Btext\x1bM\x1b7":              "text",
		"\u009b31mred\u009d0;t\u009cend":    "redend",
		"a\x00b\x07c\x7fd\u0085e":           "abcde",
		"lone \x1b":                         "lone ",
		"\xff\xfe":                          "\uFFFD",
		"\u202egnp.exe\u202c \u2066a\u2069": "gnp.exe a",
		"a\u2028b":                          "a\nb",
	} {
		equal(t, strings.ToValidUTF8(text, "?"), Printable(text), want)
	}
}

func TestPrintableShortens(t *testing.T) {
	exact := strings.Repeat("ä", maxTextLength)
	equal(t, "just short enough", Printable(exact), exact)
	equal(t, "one more", Printable(exact+"ä"), exact+"…")
	long := Printable(strings.Repeat("表", 1<<18)) // 768 kB
	equal(t, "768 kB", utf8.RuneCountInString(long), maxTextLength+1)
	if escapes := Printable(strings.Repeat("\x1b[31m", 1<<17)); len(escapes) > 10 {
		t.Errorf("escape sequences only: %d bytes", len(escapes))
	}
	if !utf8.ValidString(Printable(strings.Repeat("a", 4*utf8.UTFMax*maxTextLength-1) + "表表")) {
		t.Error("cut inside a character")
	}
}

func FuzzPrintable(f *testing.F) {
	for _, seed := range []string{"text", "\x1b[31mred", "\x1b]0;title\x07", "\xff\u202e\x00", "\u009b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := Printable(text)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > maxTextLength+1 {
			t.Errorf("%q: got %q", text, got)
		}
		for _, character := range got {
			if character < ' ' && character != '\n' && character != '\t' || character >= 0x7f && character <= 0x9f {
				t.Errorf("%q: got %q", text, got)
			}
		}
	})
}

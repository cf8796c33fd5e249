package tokenizer

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// byteRunes returns the character by which GPT-2's vocabularies spell each byte: printable bytes as
// themselves, the others as U+0100 onwards (openai/gpt-2, encoder.py, bytes_to_unicode).
func byteRunes() [256]rune {
	var out [256]rune
	next := rune(256)
	for b := range out {
		r := rune(b)
		if r >= '!' && r <= '~' || r >= '¡' && r <= '¬' || r >= '®' && r <= 'ÿ' {
			out[b] = r
			continue
		}
		out[b] = next
		next++
	}
	return out
}

// runeBytes is the other direction.
func runeBytes() map[rune]byte {
	out := make(map[rune]byte, 256)
	for b, r := range byteRunes() {
		out[r] = byte(b)
	}
	return out
}

// rawBytes returns the bytes that a token of a byte-level vocabulary spells; ok is false where a
// character of it spells none.
func rawBytes(table map[rune]byte, token string) (raw string, ok bool) {
	b := make([]byte, 0, len(token))
	for _, r := range token {
		x, ok := table[r]
		if !ok {
			return token, false
		}
		b = append(b, x)
	}
	return string(b), true
}

// lossy replaces what is not UTF-8 with U+FFFD, one for each longest beginning of a character, as
// Unicode recommends (section 3.9, "U+FFFD Substitution of Maximal Subparts") and Rust does.
func lossy(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			n = subpart(s[i:])
		}
		b.WriteRune(r)
		i += n
	}
	return b.String()
}

// subpart returns the length of the longest beginning of a character at the start of s, which begins
// with none that is complete.
func subpart(s string) int {
	low, high, n := byte(0x80), byte(0xBF), 0 // the range of the second byte, and how many follow the first
	switch c := s[0]; {
	case c >= 0xC2 && c <= 0xDF:
		n = 1
	case c >= 0xE0 && c <= 0xEF:
		n = 2
		if c == 0xE0 {
			low = 0xA0
		} else if c == 0xED {
			high = 0x9F
		}
	case c >= 0xF0 && c <= 0xF4:
		n = 3
		if c == 0xF0 {
			low = 0x90
		} else if c == 0xF4 {
			high = 0x8F
		}
	}
	i := 1
	for ; i <= n && i < len(s) && s[i] >= low && s[i] <= high; i++ {
		low, high = 0x80, 0xBF
	}
	return i
}

// isSpace is White_Space, as \s in the patterns of tokenizers.
func isSpace(r rune) bool { return unicode.Is(unicode.White_Space, r) }

// isWordRune is \w of the patterns of tokenizers: letters, marks, decimal digits and connectors.
func isWordRune(r rune) bool {
	if r < 0x80 {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_'
	}
	return unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Nl, unicode.Pc, unicode.Other_Alphabetic, unicode.Join_Control)
}

// aloneIn says whether no word character stands beside the bytes i to j of s.
func aloneIn(s string, i, j int) bool {
	before, n := utf8.DecodeLastRuneInString(s[:i])
	after, m := utf8.DecodeRuneInString(s[j:])
	return (n == 0 || !isWordRune(before)) && (m == 0 || !isWordRune(after))
}

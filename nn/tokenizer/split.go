package tokenizer

import (
	"unicode"
	"unicode/utf8"
)

// The patterns that most vocabularies split text with. Each has a splitter below that gives the same
// words without a regular expression.
const (
	gpt2Pattern   = `'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`
	llama3Pattern = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
	qwen2Pattern  = `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`
)

// knownSplitter returns the function that gives the end of the word that begins at byte i, for a
// pattern that has one; every byte of a text is in some word.
func knownSplitter(pattern string) func(s string, i int) int {
	switch pattern {
	case gpt2Pattern:
		return gpt2Word
	case llama3Pattern:
		return func(s string, i int) int { return llama3Word(s, i, 3) }
	case qwen2Pattern:
		return func(s string, i int) int { return llama3Word(s, i, 1) }
	}
	return nil
}

// wordsOf is the step of a pipeline that a splitter makes.
func wordsOf(end func(s string, i int) int) splitStep {
	return func(t text, word func(text)) {
		for i := 0; i < len(t.s); {
			j := end(t.s, i)
			word(t.slice(i, j))
			i = j
		}
	}
}

// class is what the patterns ask about a character.
type class byte

const (
	other  class = iota
	letter       // \p{L}
	number       // \p{N}
	space        // \s
)

// classAt returns the class of the character at byte i, and its length.
func classAt(s string, i int) (class, int) {
	c := s[i]
	switch {
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		return letter, 1
	case c >= '0' && c <= '9':
		return number, 1
	case c == ' ' || c >= '\t' && c <= '\r':
		return space, 1
	case c < utf8.RuneSelf:
		return other, 1
	}
	r, n := utf8.DecodeRuneInString(s[i:])
	switch {
	case unicode.Is(unicode.L, r):
		return letter, n
	case unicode.Is(unicode.N, r):
		return number, n
	case isSpace(r):
		return space, n
	}
	return other, n
}

// run returns the end of the characters of one class from byte i, at most limit of them; 0 is no limit.
func run(s string, i int, of class, limit int) int {
	for n := 0; i < len(s) && (limit == 0 || n < limit); n++ {
		c, size := classAt(s, i)
		if c != of {
			break
		}
		i += size
	}
	return i
}

// contraction returns the length of the English contraction at the start of s, 0 for none. With fold
// the case of its letters does not matter, and ſ is an s.
func contraction(s string, fold bool) int {
	if len(s) < 2 || s[0] != '\'' {
		return 0
	}
	lower := func(i int) byte {
		if i >= len(s) {
			return 0
		}
		if fold && s[i] >= 'A' && s[i] <= 'Z' {
			return s[i] + 'a' - 'A'
		}
		return s[i]
	}
	switch lower(1) {
	case 's', 't', 'm', 'd':
		return 2
	case 'r', 'v':
		if lower(2) == 'e' {
			return 3
		}
	case 'l':
		if lower(2) == 'l' {
			return 3
		}
	}
	if fold && len(s) >= 3 && s[1:3] == "ſ" {
		return 3
	}
	return 0
}

// gpt2Word is gpt2Pattern.
func gpt2Word(s string, i int) int {
	if n := contraction(s[i:], false); n > 0 {
		return i + n
	}
	j := i
	if s[i] == ' ' && i+1 < len(s) {
		j++
	}
	c, n := classAt(s, j)
	if c != space {
		return run(s, j+n, c, 0)
	}
	return spaces(s, i)
}

// spaces is \s+(?!\S)|\s+ at byte i, where white space stands: all of it, but if something follows
// all but the last character, if that leaves any.
func spaces(s string, i int) int {
	end, last := i, i
	for end < len(s) {
		c, n := classAt(s, end)
		if c != space {
			break
		}
		last = end
		end += n
	}
	if end < len(s) && last > i {
		return last
	}
	return end
}

// llama3Word is llama3Pattern with numbers of at most the given digits: 3, or 1 for qwen2Pattern.
func llama3Word(s string, i, digits int) int {
	if n := contraction(s[i:], true); n > 0 {
		return i + n
	}
	c, n := classAt(s, i)
	switch {
	case c == letter:
		return run(s, i+n, letter, 0)
	case c == number:
		return run(s, i, number, digits)
	case s[i] != '\r' && s[i] != '\n' && i+n < len(s):
		// [^\r\n\p{L}\p{N}]?\p{L}+: one other character before letters
		if next, m := classAt(s, i+n); next == letter {
			return run(s, i+n+m, letter, 0)
		}
	}
	j := i
	if s[i] == ' ' && i+1 < len(s) {
		j++
	}
	if next, m := classAt(s, j); next == other {
		j = run(s, j+m, other, 0)
		for j < len(s) && (s[j] == '\r' || s[j] == '\n') {
			j++
		}
		return j
	}
	// White space is left. \s*[\r\n]+ ends behind the last line break of it.
	end := run(s, i, space, 0)
	for j := end; j > i; j-- {
		if s[j-1] == '\r' || s[j-1] == '\n' {
			return j
		}
	}
	return spaces(s, i)
}

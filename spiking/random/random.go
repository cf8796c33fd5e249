// Package random gives random numbers by place: a stream is named by a seed and the
// place where it is used (population, cell, step), so that what is drawn does not depend
// on the order of drawing and thereby not on the number of threads.
package random

import (
	"math"
	"math/bits"

	"nissl/spiking/internal/kernel"
)

// gamma is the golden ratio × 2⁶⁴, the step of SplitMix64 (Steele, Lea & Flood 2014).
const gamma = 0x9e3779b97f4a7c15

// Stream is a SplitMix64 generator.
type Stream struct{ state uint64 }

// At is the stream of a place: the seed and whatever numbers it, outermost first.
func At(seed uint64, place ...uint64) Stream {
	s := mix(seed + gamma)
	for _, p := range place {
		s = mix(s ^ mix(p+gamma))
	}
	return Stream{s}
}

// mix is the finaliser of SplitMix64, a bijection of 64 bits.
func mix(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Key is a number by which Draw finds the numbers of this stream.
func (s Stream) Key() uint64 { return s.state }

// Draw is number n of the stream with this key, counted from 0: what the n+1st call of
// Uint64 gives.
func Draw(key, n uint64) uint64 { return mix(key + Offset(n)) }

// Offset is what Draw adds to any key for number n.
func Offset(n uint64) uint64 { return gamma * (n + 1) }

// Uint64 is the next number.
func (s *Stream) Uint64() uint64 {
	s.state += gamma
	return mix(s.state)
}

// Float64 is uniform in [0, 1).
func (s *Stream) Float64() float64 { return float64(s.Uint64()>>11) * 0x1p-53 }

// Open is uniform in (0, 1).
func (s *Stream) Open() float64 { return (float64(s.Uint64()>>11) + .5) * 0x1p-53 }

// Below is uniform among 0 … n-1: the high half of a product (Lemire 2019), without his
// rejection, since the bias is below n × 2⁻⁶⁴.
func (s *Stream) Below(n uint32) uint32 {
	high, _ := bits.Mul64(s.Uint64(), uint64(n))
	return uint32(high)
}

// Fill gives len(out) numbers as Below does, faster.
func (s *Stream) Fill(out []uint32, n uint32) {
	kernel.Best().Below(out, s.state, n)
	s.state += uint64(len(out)) * gamma
}

// Normal has mean 0 and standard deviation 1 (Box & Muller 1958).
func (s *Stream) Normal() float64 {
	return math.Sqrt(-2*math.Log(s.Open())) * math.Cos(2*math.Pi*s.Float64())
}

// Exponential has mean 1.
func (s *Stream) Exponential() float64 { return -math.Log(s.Open()) }

// Package probe asks how few units tell a yes-or-no feature: logistic regressions on the k best units,
// whose choice, fit and threshold see training samples only, judged on samples that share no group (a
// document, a trial, a stretch of time) with those (Gurnee et al. 2023, "Finding Neurons in a Haystack").
package probe

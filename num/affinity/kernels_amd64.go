package affinity

func available() []kernels { return []kernels{portable} }

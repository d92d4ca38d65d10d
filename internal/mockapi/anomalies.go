// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

// anomaliesCounter is the counter of the anomalies that a scan identified.
const anomaliesCounter = "anomalies_identified"

// countsAnomalies reports whether Runs of a type identify anomalies.
func countsAnomalies(runType string) bool {
	return runType == "scan" || runType == "external_scan"
}

// identify distributes the anomalies that the scan identifies: half of them in the first container,
// half of the rest in the second, and so on.
func (r *Run) identify(total int64) {
	if !countsAnomalies(r.Type) {
		return
	}
	r.Anomalies = nil
	for i, rest := 0, total; i < len(r.Containers) && rest > 0; i++ {
		share := (rest + 1) / 2
		if i == len(r.Containers)-1 {
			share = rest
		}
		r.Anomalies = append(r.Anomalies, share)
		rest -= share
	}
	if r.Status != nil {
		r.Status[anomaliesCounter] = total
	}
}

// anomaliesIn returns the number of anomalies in the container with this index.
func (r *Run) anomaliesIn(container int) int64 {
	if container >= len(r.Anomalies) {
		return 0
	}
	return r.Anomalies[container]
}

// anomaliesAfter returns the number of anomalies that are identified when a share of the work is
// done. The anomalies of a container count when the container is done.
func (r *Run) anomaliesAfter(done float64) int64 {
	var sum int64
	for i := range int(float64(len(r.Containers))*done + tolerance) {
		sum += r.anomaliesIn(i)
	}
	return sum
}

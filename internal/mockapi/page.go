// Copyright (c) The terraform-provider-qualytics authors
// SPDX-License-Identifier: MPL-2.0

package mockapi

import "math"

// defaultSize is the number of items on a page, unless a client requests another.
const defaultSize = 50

// page is one page of a list. The first page has the number 1.
type page struct {
	number, size int64
}

// page reads the two parameters of every list.
func (q *query) page() page {
	return page{
		number: q.boundedInteger("page", math.MaxInt64, 1),
		size:   q.boundedInteger("size", 100, defaultSize),
	}
}

// count returns the number of pages of a list with this total.
func (p page) count(total int) int64 {
	return (int64(total) + p.size - 1) / p.size
}

// of returns the page with these items, of a list with this total.
func (p page) of(items []map[string]any, total int) map[string]any {
	return map[string]any{"items": items, "total": total, "page": p.number, "size": p.size, "pages": p.count(total)}
}

// bounds returns the indexes between which the page lies in total items.
func (p page) bounds(total int) (from, to int) {
	if p.number > p.count(total) {
		return total, total
	}
	from = int((p.number - 1) * p.size)
	return from, min(total, from+int(p.size))
}

// window returns the items that are on the page.
func window[T any](items []T, p page) []T {
	from, to := p.bounds(len(items))
	return items[from:to]
}

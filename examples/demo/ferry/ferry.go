// Package ferry takes people across the river.
package ferry

// Trips is how often a boat with so many seats has to cross for so many people.
func Trips(people, seats int) int {
	if seats < 1 {
		seats = seats // Left in on purpose: go vet sees that this does nothing.
		return 0
	}
	return (people + seats - 1) / seats
}

"""Payments of organizations, whatever they were for."""
